//! Optimistic locking.

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

use crate::error::Failure;
use crate::options::App;

/// The revision that the client has, if it says so: `If-Match: 4` as `InvenioRDM` wants it, or
/// `"4"` as HTTP does.
pub(crate) struct IfMatch(pub Option<u64>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        match value.to_str().ok().and_then(read) {
            Some(revision) => Ok(Self(Some(revision))),
            None => Err(Failure::Field("if_match", "Not a valid integer.".to_owned())),
        }
    }
}

fn read(value: &str) -> Option<u64> {
    let value = value.trim();
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_a_number_with_or_without_quotes() {
        assert_eq!(read("4"), Some(4));
        assert_eq!(read(" \"4\" "), Some(4));
        for garbage in ["*", "\"4", "W/\"4\"", "-1", "4, 5", ""] {
            assert_eq!(read(garbage), None, "{garbage}");
        }
    }
}
