//! Public ids of records: `akd9f-9vg25`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Crockford's alphabet in lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 8;

/// Eight random characters of Crockford's base 32 and a two-digit checksum (ISO 7064, mod 97-10),
/// written in two groups of five. The same form as InvenioRDM's ids.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(u64);

/// Why a text is not a [`RecordId`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidRecordId {
    /// Not ten characters of the alphabet.
    #[error("a record id has ten letters and digits in two groups, like akd9f-9vg25")]
    Form,
    /// Most likely a typing error.
    #[error("the record id's checksum does not match; look for a mistyped character")]
    Checksum,
}

impl RecordId {
    /// Makes an id of the lowest 40 bits of `random`.
    pub fn from_random(random: u64) -> Self {
        Self(random & ((1 << (5 * DIGITS)) - 1))
    }

    fn checksum(self) -> u64 {
        98 - (self.0 * 100) % 97
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; DIGITS + 3];
        let mut rest = self.0;
        for place in (0..DIGITS).rev() {
            let digit = ALPHABET[usize::try_from(rest % 32).unwrap_or_default()];
            text[if place < 5 { place } else { place + 1 }] = digit;
            rest /= 32;
        }
        text[5] = b'-';
        let checksum = u8::try_from(self.checksum()).unwrap_or_default();
        text[9] = b'0' + checksum / 10;
        text[10] = b'0' + checksum % 10;
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RecordId {
    type Err = InvalidRecordId;

    /// Takes what people type: upper case, without the hyphen, `o` for zero, `i` and `l` for one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut characters = text.bytes().filter(|byte| *byte != b'-');
        let mut number = 0_u64;
        for _ in 0..DIGITS {
            let character = characters.next().ok_or(InvalidRecordId::Form)?;
            number = number * 32 + digit(character)?;
        }
        let mut checksum = 0_u64;
        for _ in 0..2 {
            let character = characters.next().ok_or(InvalidRecordId::Form)?;
            if !character.is_ascii_digit() {
                return Err(InvalidRecordId::Form);
            }
            checksum = checksum * 10 + u64::from(character - b'0');
        }
        if characters.next().is_some() {
            return Err(InvalidRecordId::Form);
        }

        let id = Self(number);
        if id.checksum() == checksum { Ok(id) } else { Err(InvalidRecordId::Checksum) }
    }
}

fn digit(character: u8) -> Result<u64, InvalidRecordId> {
    let character = match character.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| *known == character);
    place.and_then(|place| u64::try_from(place).ok()).ok_or(InvalidRecordId::Form)
}

impl Serialize for RecordId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_that_inveniordm_minted_are_valid() {
        for id in [
            "akd9f-9vg25",
            "ach8a-y7220",
            "pw15c-kvm64",
            "5w3ad-zq695",
            "c5ppf-4m208",
            "zc99q-8rc50",
            "1k71j-xhp28",
        ] {
            assert_eq!(id.parse::<RecordId>().unwrap().to_string(), id);
        }
    }

    #[test]
    fn a_mistyped_id_is_told_from_a_malformed_one() {
        assert_eq!("akd9f-9vg26".parse::<RecordId>(), Err(InvalidRecordId::Checksum));
        assert_eq!("akd9f-9vg2".parse::<RecordId>(), Err(InvalidRecordId::Form));
        assert_eq!("akd9f-9vg255".parse::<RecordId>(), Err(InvalidRecordId::Form));
        assert_eq!("ükd9f-9vg25".parse::<RecordId>(), Err(InvalidRecordId::Form));
    }

    proptest! {
        #[test]
        fn every_id_reads_back(random: u64) {
            let id = RecordId::from_random(random);
            prop_assert_eq!(id.to_string().parse::<RecordId>(), Ok(id));
            prop_assert_eq!(id.to_string().to_uppercase().replace('-', "").parse::<RecordId>(), Ok(id));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            if let Ok(id) = text.parse::<RecordId>() {
                prop_assert_eq!(id.to_string().len(), 11);
            }
        }
    }
}
