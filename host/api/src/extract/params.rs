//! The query string.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;

use crate::error::Failure;
use crate::options::App;

/// The query string's names and values in their order. An empty one costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl FromRequestParts<App> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        if parts.uri.query().is_none_or(str::is_empty) {
            return Ok(Self::default());
        }
        Ok(Query::try_from_uri(&parts.uri).map(|Query(pairs)| Self(pairs)).unwrap_or_default())
    }
}

impl Params {
    /// All names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The last value of this name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.iter().filter(|(known, _)| *known == name).last().map(|(_, value)| value)
    }

    /// All values of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Whether it was said, in one of the ways that clients say yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), Some("1" | "true" | "True" | "yes" | "on"))
    }

    /// A whole number of 1 or more.
    pub(crate) fn number(&self, name: &'static str, otherwise: u64) -> Result<u64, Failure> {
        let Some(text) = self.text(name) else { return Ok(otherwise) };
        match text.parse::<i64>().map(u64::try_from) {
            Ok(Ok(number)) if number > 0 => Ok(number),
            Ok(_) => Err(Failure::Field(name, "Must be greater than or equal to 1.".to_owned())),
            Err(_) => Err(Failure::Field(name, "Not a valid integer.".to_owned())),
        }
    }
}

#[cfg(test)]
impl From<&[(&str, &str)]> for Params {
    fn from(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        pairs.into()
    }

    #[test]
    fn numbers_are_whole_and_at_least_one() {
        let params = params(&[("page", "2"), ("size", "0"), ("near", "x"), ("far", "-1")]);

        assert_eq!(params.number("page", 1).unwrap(), 2);
        assert_eq!(params.number("absent", 25).unwrap(), 25);
        assert!(params.number("size", 1).is_err());
        assert!(params.number("near", 1).is_err());
        assert!(params.number("far", 1).is_err());
    }

    #[test]
    fn flags_are_said_as_in_json_as_in_python_and_as_a_number() {
        for yes in ["1", "true", "True"] {
            assert!(params(&[("allversions", yes)]).flag("allversions"));
        }
        for no in ["0", "false", "False", ""] {
            assert!(!params(&[("allversions", no)]).flag("allversions"));
        }
    }
}
