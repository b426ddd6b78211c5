//! From rows to what they stand for. Says which table, column and row holds what cannot be read.
//!
//! Columns are read in their order: a statement and the [`FromCells`] that reads it name the same
//! things in the same order.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::str::FromStr;

use bytes::Bytes;
use jiff::Timestamp;
use repono_service::{Error, Result};
use serde::de::DeserializeOwned;

/// A row as a driver has it. Any column may be null.
pub(super) trait Row: Send + Sync {
    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error>;
    fn number(&self, column: usize) -> Result<Option<i64>, sqlx::Error>;
    fn flag(&self, column: usize) -> Result<Option<bool>, sqlx::Error>;
    fn bytes(&self, column: usize) -> Result<Option<&[u8]>, sqlx::Error>;

    /// JSON as text.
    fn json(&self, column: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
        self.text(column)
    }
}

/// Of a [`Row`], what every driver reads alike.
macro_rules! read_by_the_driver {
    () => {
        fn number(&self, column: usize) -> Result<Option<i64>, sqlx::Error> {
            self.try_get(column)
        }

        fn flag(&self, column: usize) -> Result<Option<bool>, sqlx::Error> {
            self.try_get(column)
        }

        fn bytes(&self, column: usize) -> Result<Option<&[u8]>, sqlx::Error> {
            self.try_get(column)
        }
    };
}
pub(super) use read_by_the_driver;

/// What a row can be read as.
pub(super) trait FromCells: Sized + Send {
    fn read(cells: &mut Cells<'_>) -> Result<Self>;
}

/// Reads a whole row.
pub(super) fn read<T: FromCells>(row: &impl Row) -> Result<T> {
    T::read(&mut Cells { row, next: 0 })
}

/// A row being read.
pub(super) struct Cells<'r> {
    row: &'r dyn Row,
    next: usize,
}

impl<'r> Cells<'r> {
    /// The next column, where it must be: a key, by which the row is called from then on.
    pub(super) fn key(&mut self, table: &'static str) -> Result<At<'r>> {
        self.key_if(table)?.ok_or_else(|| {
            let nowhere = At { table, row: Cow::Borrowed("without a key") };
            nowhere.lie("key", "there is none")
        })
    }

    /// The next column, if the row has anything of this table.
    pub(super) fn key_if(&mut self, table: &'static str) -> Result<Option<At<'r>>> {
        let row = self.row.text(self.place()).map_err(|error| undecoded(table, error))?;
        Ok(row.map(|row| At { table, row }))
    }

    /// As `key`, of a table that is numbered.
    pub(super) fn number_key(&mut self, table: &'static str) -> Result<(i64, At<'r>)> {
        let column = self.place();
        let number = self.row.number(column).map_err(|error| undecoded(table, error))?;
        let at = At { table, row: Cow::Owned(number.unwrap_or_default().to_string()) };
        Ok((number.ok_or_else(|| at.lie("key", "there is none"))?, at))
    }

    /// Passes over columns of which there is nothing.
    pub(super) fn skip<T>(&mut self, columns: usize) -> Option<T> {
        self.next += columns;
        None
    }

    /// A text with a form of its own.
    pub(super) fn parse<T>(&mut self, at: &At<'_>, column: &'static str) -> Result<T>
    where
        T: FromStr<Err: StdError + Send + Sync + 'static>,
    {
        let text = self.row.text(self.place());
        at.there(column, text)?.parse().map_err(|error| at.lie(column, error))
    }

    /// A text with a form of its own, if there is any.
    pub(super) fn parse_if<T>(&mut self, at: &At<'_>, column: &'static str) -> Result<Option<T>>
    where
        T: FromStr<Err: StdError + Send + Sync + 'static>,
    {
        let text = self.row.text(self.place());
        let text = at.decoded(column, text)?;
        text.map(|text| text.parse().map_err(|error| at.lie(column, error))).transpose()
    }

    /// A text.
    pub(super) fn text(&mut self, at: &At<'_>, column: &'static str) -> Result<String> {
        let text = self.row.text(self.place());
        at.there(column, text).map(Cow::into_owned)
    }

    /// A text, if there is any.
    pub(super) fn text_if(&mut self, at: &At<'_>, column: &'static str) -> Result<Option<String>> {
        let text = self.row.text(self.place());
        Ok(at.decoded(column, text)?.map(Cow::into_owned))
    }

    /// JSON.
    pub(super) fn json<T: DeserializeOwned>(
        &mut self,
        at: &At<'_>,
        column: &'static str,
    ) -> Result<T> {
        self.json_if(at, column)?.ok_or_else(|| at.lie(column, "it is empty"))
    }

    /// JSON, if there is any.
    pub(super) fn json_if<T: DeserializeOwned>(
        &mut self,
        at: &At<'_>,
        column: &'static str,
    ) -> Result<Option<T>> {
        let json = self.row.json(self.place());
        let json = at.decoded(column, json)?;
        json.map(|json| serde_json::from_str(&json).map_err(|error| at.lie(column, error)))
            .transpose()
    }

    /// A point in time.
    pub(super) fn time(&mut self, at: &At<'_>, column: &'static str) -> Result<Timestamp> {
        self.time_if(at, column)?.ok_or_else(|| at.lie(column, "it is empty"))
    }

    /// A point in time, if there is any.
    pub(super) fn time_if(
        &mut self,
        at: &At<'_>,
        column: &'static str,
    ) -> Result<Option<Timestamp>> {
        let time = self.number_if::<i64>(at, column)?;
        time.map(|time| Timestamp::from_microsecond(time).map_err(|error| at.lie(column, error)))
            .transpose()
    }

    /// A number of a kind that need not hold it.
    pub(super) fn number<T>(&mut self, at: &At<'_>, column: &'static str) -> Result<T>
    where
        T: TryFrom<i64, Error: StdError + Send + Sync + 'static>,
    {
        self.number_if(at, column)?.ok_or_else(|| at.lie(column, "it is empty"))
    }

    /// A number, if there is any.
    pub(super) fn number_if<T>(&mut self, at: &At<'_>, column: &'static str) -> Result<Option<T>>
    where
        T: TryFrom<i64, Error: StdError + Send + Sync + 'static>,
    {
        let number = self.row.number(self.place());
        let number = at.decoded(column, number)?;
        number.map(|number| T::try_from(number).map_err(|error| at.lie(column, error))).transpose()
    }

    /// True or false.
    pub(super) fn flag(&mut self, at: &At<'_>, column: &'static str) -> Result<bool> {
        let flag = self.row.flag(self.place());
        at.there(column, flag)
    }

    /// Bytes, the only ones of their row.
    pub(super) fn bytes(&mut self, table: &'static str, row: &str) -> Result<Bytes> {
        let bytes = self.row.bytes(self.place());
        let at = At { table, row: Cow::Borrowed(row) };
        at.there("bytes", bytes).map(Bytes::copy_from_slice)
    }

    fn place(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }
}

/// Where something is read, for what is said when it lies.
pub(super) struct At<'r> {
    table: &'static str,
    row: Cow<'r, str>,
}

impl At<'_> {
    /// The row's key.
    pub(super) fn key(&self) -> &str {
        &self.row
    }

    /// The row's key, in the form that it has.
    pub(super) fn parse_key<T>(&self, column: &'static str) -> Result<T>
    where
        T: FromStr<Err: StdError + Send + Sync + 'static>,
    {
        self.row.parse().map_err(|error| self.lie(column, error))
    }

    /// The row of the same key in another table.
    pub(super) fn in_table(&self, table: &'static str) -> At<'_> {
        At { table, row: Cow::Borrowed(&self.row) }
    }

    /// What cannot be read.
    pub(super) fn lie(
        &self,
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

    fn decoded<T>(&self, column: &'static str, value: Result<T, sqlx::Error>) -> Result<T> {
        value.map_err(|error| self.lie(column, error))
    }

    fn there<T>(&self, column: &'static str, value: Result<Option<T>, sqlx::Error>) -> Result<T> {
        self.decoded(column, value)?.ok_or_else(|| self.lie(column, "it is empty"))
    }
}

fn undecoded(table: &str, error: sqlx::Error) -> Error {
    Error::internal(format!("a key of table {table} cannot be read"), error)
}

/// A number alone, as counts are.
impl FromCells for u64 {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = At { table: "of this statement", row: Cow::Borrowed("only") };
        cells.number(&at, "count")
    }
}
