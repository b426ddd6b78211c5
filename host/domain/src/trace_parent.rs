//! Where in a trace something was asked for, as W3C Trace Context writes it:
//! <https://www.w3.org/TR/trace-context/#traceparent-header>.

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A span of a trace, wherever it is recorded: `00-{trace}-{span}-{flags}` in lower-case hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceParent {
    /// The trace.
    pub trace: NonZeroU128,
    /// The span within it.
    pub span: NonZeroU64,
    /// The lowest bit: the trace is recorded.
    pub flags: u8,
}

/// Not as the standard has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no traceparent of W3C Trace Context")]
pub struct InvalidTraceParent;

/// Characters of one; later versions of the standard may add more behind a hyphen.
const LENGTH: usize = 55;

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        let known = text.get(..LENGTH).ok_or(InvalidTraceParent)?;
        let more = &text[LENGTH..];
        let mut parts = known.split('-');
        let version = hexadecimal(parts.next(), 2)?;
        let trace = hexadecimal(parts.next(), 32)?;
        let span = u64::try_from(hexadecimal(parts.next(), 16)?);
        let flags = u8::try_from(hexadecimal(parts.next(), 2)?);
        let is_known = match version {
            0 => more.is_empty(),
            0xff => false,
            _ => more.is_empty() || more.starts_with('-'),
        };
        match (NonZeroU128::new(trace), span.ok().and_then(NonZeroU64::new), flags) {
            (Some(trace), Some(span), Ok(flags)) if is_known => Ok(Self { trace, span, flags }),
            _ => Err(InvalidTraceParent),
        }
    }
}

fn hexadecimal(part: Option<&str>, length: usize) -> Result<u128, InvalidTraceParent> {
    let is_digit = |digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let part = part.filter(|part| part.len() == length && part.bytes().all(is_digit));
    u128::from_str_radix(part.ok_or(InvalidTraceParent)?, 16).map_err(|_| InvalidTraceParent)
}

impl From<TraceParent> for String {
    fn from(parent: TraceParent) -> Self {
        parent.to_string()
    }
}

impl TryFrom<String> for TraceParent {
    type Error = InvalidTraceParent;

    fn try_from(text: String) -> Result<Self, InvalidTraceParent> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_is_read_is_written_the_same() {
        let parent: TraceParent = ONE.parse().unwrap();

        assert_eq!(parent.to_string(), ONE);
        assert_eq!((parent.span.get(), parent.flags), (0xb7ad_6b71_6920_3331, 1));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known() {
        let later = ONE.replacen("00", "cc", 1);

        assert_eq!(later.parse(), ONE.parse::<TraceParent>());
        assert_eq!(format!("{later}-what-the-future-will-be").parse(), ONE.parse::<TraceParent>());
    }

    #[test]
    fn anything_else_is_refused() {
        let with = |from: &str, to: &str| ONE.replacen(from, to, 1);
        for text in [
            String::new(),
            "00".to_owned(),
            "é".repeat(40),
            with("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            with("b7ad6b7169203331", &"0".repeat(16)),
            with("00-", "ff-"),
            with("0af", "0AF"),
            with("0af", "+af"),
            with("-b7", "_b7"),
            format!("{ONE}-more"),
            format!("{}x", with("00-", "01-")),
        ] {
            assert_eq!(text.parse::<TraceParent>(), Err(InvalidTraceParent), "{text:?}");
        }
    }
}
