//! Identifiers of people and organisations.

use super::{checksums, without, without_web};

/// What ORCID may give out of the ISNI numbers.
const ORCID_BLOCKS: [(u64, u64); 2] =
    [(15_000_000, 35_000_000), (900_000_000_000, 900_100_000_000)];

/// `0000-0002-1825-0097`, also as a link.
pub(super) fn orcid(text: &str) -> Option<String> {
    let text = without(without_web(text), &["orcid.org/", "www.orcid.org/"]);
    let digits = checksums::digits::<16>(without(text, &["orcid:"]))?;
    let number = digits[..15].iter().fold(0, |number: u64, digit| number * 10 + u64::from(*digit));
    let is_given_out = ORCID_BLOCKS.iter().any(|(first, last)| (*first..=*last).contains(&number));

    (is_given_out && checksums::is_mod_11_2(&digits)).then(|| in_fours(&digits, "-"))
}

/// `0000 0001 2156 142X`, also as a link.
pub(super) fn isni(text: &str) -> Option<String> {
    let text = without(
        without_web(text),
        &["isni.org/isni/", "www.isni.org/isni/", "www.isni.org/", "isni.org/"],
    );
    let digits = checksums::digits::<16>(without(text, &["isni:", "isni"]))?;

    checksums::is_mod_11_2(&digits).then(|| in_fours(&digits, " "))
}

fn in_fours(digits: &[u8], between: &str) -> String {
    let fours: Vec<String> = digits.chunks(4).map(checksums::written).collect();
    fours.join(between)
}

/// `gnd:118604740`, also without prefix and as a link.
///
/// The authority files that became the GND counted differently: the hyphenated numbers of bodies
/// and subjects carry their weighted sum, the others its complement.
pub(super) fn gnd(text: &str) -> Option<String> {
    let number = without(without(without_web(text), &["d-nb.info/gnd/"]), &["gnd:"]);
    let is_valid = match number.split_once('-') {
        Some((body, check)) => is_hyphenated(body, check),
        None => is_plain(number),
    };

    is_valid.then(|| format!("gnd:{}", number.to_ascii_uppercase()))
}

fn is_hyphenated(body: &str, check: &str) -> bool {
    let (Some(digits), Some([check])) = (any_digits(body), checksums::digits::<1>(check)) else {
        return false;
    };
    let carries_its_sum = (checksums::weighted(&digits) + sum(&digits)) % 11 == u32::from(check);
    match digits.as_slice() {
        // Subjects of the last years of the SWD: no published rule.
        [7, ..] if digits.len() == 7 => true,
        [1..=9, ..] if digits.len() <= 8 => carries_its_sum,
        _ => false,
    }
}

fn is_plain(number: &str) -> bool {
    let digits: Option<Vec<u8>> = match number.len() {
        9 => checksums::digits::<9>(number).map(Vec::from),
        10 => checksums::digits::<10>(number).map(Vec::from),
        _ => None,
    };
    digits.is_some_and(|digits| {
        let starts_right = match digits.len() {
            9 => matches!(digits[0], 1 | 3),
            _ => digits[0] == 1 && digits[1] <= 3,
        };
        starts_right && checksums::weighted(&digits).is_multiple_of(11)
    })
}

fn any_digits(text: &str) -> Option<Vec<u8>> {
    super::is_digits(text).then(|| text.bytes().map(|byte| byte - b'0').collect())
}

fn sum(digits: &[u8]) -> u32 {
    digits.iter().copied().map(u32::from).sum()
}

/// `01ggx4157`, also as a link: six places of Crockford's base 32 after a nought, then two
/// digits that check them as in ISO 7064 MOD 97-10.
pub(super) fn ror(text: &str) -> Option<String> {
    let id = without(without(without_web(text), &["ror.org/", "www.ror.org/"]), &["ror:"])
        .to_ascii_lowercase();
    let (number, check) = id.split_at_checked(7).filter(|(_, check)| check.len() == 2)?;
    let value = number
        .strip_prefix('0')?
        .bytes()
        .try_fold(0, |value: u64, byte| Some(value * 32 + base32(byte)?))?;
    let expected = 98 - (value * 100) % 97;

    (check == format!("{expected:02}")).then_some(id)
}

fn base32(byte: u8) -> Option<u64> {
    let place = b"0123456789abcdefghjkmnpqrstvwxyz".iter().position(|digit| *digit == byte)?;
    u64::try_from(place).ok()
}
