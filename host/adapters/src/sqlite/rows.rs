//! From rows to what they stand for. Says which table, column and row holds what cannot be read.

use std::error::Error as StdError;
use std::str::FromStr;

use jiff::Timestamp;
use repono_service::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A row being read, for what is said when it lies.
#[derive(Clone, Copy)]
pub(super) struct At<'r> {
    /// Its table.
    pub(super) table: &'static str,
    /// Its key.
    pub(super) row: &'r str,
}

impl At<'_> {
    /// A text with a form of its own.
    pub(super) fn parse<T: FromStr<Err: StdError + Send + Sync + 'static>>(
        self,
        column: &'static str,
        text: &str,
    ) -> Result<T> {
        text.parse().map_err(|error| self.lie(column, error))
    }

    /// JSON.
    pub(super) fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.lie(column, error))
    }

    /// JSON, if there is any.
    pub(super) fn json_if<T: DeserializeOwned>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// A point in time.
    pub(super) fn time(self, column: &'static str, microseconds: i64) -> Result<Timestamp> {
        Timestamp::from_microsecond(microseconds).map_err(|error| self.lie(column, error))
    }

    /// A number that is not negative, or not too large.
    pub(super) fn number<T: TryFrom<i64, Error: StdError + Send + Sync + 'static>>(
        self,
        column: &'static str,
        number: i64,
    ) -> Result<T> {
        T::try_from(number).map_err(|error| self.lie(column, error))
    }

    /// Anything else.
    pub(super) fn lie(
        self,
        column: &'static str,
        why: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Error {
        let Self { table, row } = self;
        Error::internal(
            format!(
                "the database holds something unreadable: table {table}, column {column}, row {row}"
            ),
            why,
        )
    }
}

/// As a table keeps it.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::internal("a value cannot be written as JSON", error))
}

/// Tables count with a sign; no count comes near the limit.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Placeholders for a list of so many values, as `?, ?, ?`.
pub(super) fn placeholders(count: usize) -> String {
    let mut text = "?, ".repeat(count);
    text.truncate(text.len().saturating_sub(2));
    text
}
