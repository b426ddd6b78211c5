//! A statement as every dialect understands it, with its values.
//!
//! The text is written once, in what the dialects share: lower case, `?` for a value, and what is
//! repeated in brackets. `where id in ([?])` is completed by [`Statement::bind_list`],
//! `values [(?, ?)]` by [`Statement::bind_rows`]; a bracket may name its separator, as in
//! `[(record = ? and seq <= ?)| or ]`. What only some dialects can say comes at the end, as an
//! [`Ending`]. [`super::dialect`] writes it out.

use std::borrow::Cow;

use repono_service::{Error, Result};
use serde::Serialize;

/// So many repetitions stand in one statement at most.
pub(super) const WIDEST: usize = 256;

/// What a value costs on its way besides itself, and what stands for it in the text.
const OVERHEAD: usize = 16;

/// A text and its values.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) text: Text,
    pub(super) values: Vec<Value>,
}

/// What is written out once for a dialect, and kept prepared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Text {
    pub(super) sql: Cow<'static, str>,
    pub(super) ending: Ending,
    /// How often what is in brackets is repeated.
    pub(super) width: usize,
}

/// What the dialects say each in their own way, if they have it at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ending {
    /// Nothing.
    None,
    /// Others wait who want to change the rows that are read, and so do we.
    Lock,
    /// Others may read the rows in the same way; who wants to change them waits, and so do we.
    LockShared,
    /// As `Lock`, and what others hold is passed over.
    LockFree,
    /// Nothing happens if there is a row with this key already.
    UnlessThere(&'static str),
    /// The number that this column is given is wanted.
    Number(&'static str),
}

impl Statement {
    pub(super) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        let text = Text { sql: sql.into(), ending: Ending::None, width: 0 };
        Self { text, values: Vec::new() }
    }

    /// Its next value.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Values for a bracket in a condition, one row at least and [`WIDEST`] at most. The last is
    /// repeated up to a power of two, so that few texts need to be kept prepared.
    pub(super) fn bind_list<const N: usize>(
        self,
        rows: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        let missing = rows.len().next_power_of_two() - rows.len();
        rows.extend(
            rows.last()
                .cloned()
                .map(|last| std::iter::repeat_n(last, missing))
                .into_iter()
                .flatten(),
        );
        self.bind_rows(rows)
    }

    /// Values for a bracket, as many as there are.
    pub(super) fn bind_rows<const N: usize>(
        mut self,
        rows: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        let before = self.values.len();
        self.values.extend(rows.into_iter().flatten());
        self.text.width = (self.values.len() - before) / N;
        self
    }

    /// About how many bytes it is on its way, repetitions included.
    pub(super) fn size(&self) -> usize {
        let values = self.values.iter().map(|value| value.bytes() + OVERHEAD);
        self.text.sql.len() + values.sum::<usize>()
    }

    pub(super) fn ending(mut self, ending: Ending) -> Self {
        self.text.ending = ending;
        self
    }
}

impl Text {
    /// What it does, and with which table: the first that it names.
    pub(super) fn summary(&self) -> (&'static str, &str) {
        let (verb, rest) = self.sql.split_once(' ').unwrap_or((&self.sql, ""));
        let (operation, before_table) = match verb {
            "select" => ("SELECT", "from "),
            "insert" => ("INSERT", "into "),
            "delete" => ("DELETE", "from "),
            "update" => ("UPDATE", ""),
            _ => ("OTHER", ""),
        };
        let named = rest.split_once(before_table).map_or("", |(_, named)| named);
        let is_no_name = |letter: char| letter != '_' && !letter.is_ascii_lowercase();
        let table = named.split(is_no_name).next().unwrap_or_default();
        // Of what is selected from a selection, the inner one tells.
        match named.strip_prefix('(').and_then(|inner| inner.split_once("from ")) {
            Some((_, named)) => (operation, named.split(is_no_name).next().unwrap_or_default()),
            None => (operation, table),
        }
    }
}

impl From<&'static str> for Statement {
    fn from(sql: &'static str) -> Self {
        Self::new(sql)
    }
}

/// Cuts `items` into pieces of few different lengths, [`WIDEST`] at most.
pub(super) fn pieces<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = items.len().checked_ilog2().map(|bits| WIDEST.min(1 << bits))?;
        let (piece, rest) = items.split_at(length);
        items = rest;
        Some(piece)
    })
}

/// A value as tables take it. Every kind but the last two may be null.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(Option<String>),
    Json(Option<String>),
    Number(Option<i64>),
    Flag(bool),
    Bytes(Vec<u8>),
}

impl Value {
    /// As JSON.
    pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        serde_json::to_string(value)
            .map(|json| Self::Json(Some(json)))
            .map_err(|error| Error::internal("a value cannot be written as JSON", error))
    }

    /// How many bytes its text has, if it has any.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Json(text) => text.as_ref().map_or(0, String::len),
            Self::Bytes(bytes) => bytes.len(),
            Self::Number(_) | Self::Flag(_) => 0,
        }
    }

    /// As JSON, or null.
    pub(super) fn json_if<T: Serialize>(value: Option<&T>) -> Result<Self> {
        value.map_or(Ok(Self::Json(None)), Self::json)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(Some(number.into()))
    }
}

impl From<Option<u32>> for Value {
    fn from(number: Option<u32>) -> Self {
        Self::Number(number.map(i64::from))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<repono_domain::RecordId> for Value {
    fn from(id: repono_domain::RecordId) -> Self {
        Self::Text(Some(id.to_string()))
    }
}

impl From<Option<repono_domain::TraceParent>> for Value {
    fn from(trace: Option<repono_domain::TraceParent>) -> Self {
        Self::Text(trace.map(String::from))
    }
}

/// Tables count with a sign; no count comes near the limit.
impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Number(Some(i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_of_few_lengths_and_leave_nothing_out() {
        let items: Vec<usize> = (0..1000).collect();

        let lengths: Vec<usize> = pieces(&items).map(<[usize]>::len).collect();

        assert_eq!(lengths, [256, 256, 256, 128, 64, 32, 8]);
        assert_eq!(pieces(&items).flatten().copied().collect::<Vec<_>>(), items);
        assert_eq!(pieces::<usize>(&[]).count(), 0);
    }

    #[test]
    fn a_text_is_told_by_what_it_does_and_with_which_table() {
        for (sql, operation, table) in [
            ("select a, b from some_table where c = ?", "SELECT", "some_table"),
            ("select /*+ index(t i) */ a from t where b in ([?])", "SELECT", "t"),
            ("select id from (select id from t where a = ?) as u", "SELECT", "t"),
            ("select 1", "SELECT", ""),
            ("insert into t (a) values (?)", "INSERT", "t"),
            ("delete from t where [(a = ? and b <= ?)| or ]", "DELETE", "t"),
            ("update t set a = ?", "UPDATE", "t"),
        ] {
            assert_eq!(Statement::new(sql).text.summary(), (operation, table), "{sql}");
        }
    }

    #[test]
    fn a_list_is_filled_up_to_a_power_of_two() {
        let statement = Statement::new("select 1 where 'a' in ([?])")
            .bind_list(["a", "b", "c"].map(|value| [Value::from(value)]));

        assert_eq!((statement.text.width, statement.values.len()), (4, 4));
        assert!(matches!(&statement.values[3], Value::Text(Some(last)) if last == "c"));
    }
}
