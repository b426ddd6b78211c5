//! Writes statements out in one dialect.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::statement::{Ending, Text};

/// How a dialect differs from the others in what all statements need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) placeholder: Placeholder,
    pub(super) locks: Locks,
    pub(super) unless_there: UnlessThere,
    pub(super) numbers: Numbers,
}

/// How a value is stood for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// `?`
    QuestionMark,
    /// `$1`, `$2`, …
    Numbered,
}

/// Whether rows can be locked while they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locks {
    /// With `for update`, or `for share`.
    OfRows,
    /// With `for update`, or `lock in share mode`.
    InModes,
    /// There is one writer: all is locked.
    OfEverything,
}

/// How an insert does nothing where there is a row already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnlessThere {
    /// `on conflict (…) do nothing`
    OnConflict,
    /// `on duplicate key update …` to what it is.
    OnDuplicateKey,
}

/// How an insert tells the number that it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As a row, with `returning …`.
    Returned,
    /// The driver knows it.
    Known,
}

impl Dialect {
    /// The whole text.
    fn write(self, text: &Text) -> String {
        let mut written = String::with_capacity(text.sql.len() * 2);
        self.number(&expand(&text.sql, text.width), &mut written);
        match (text.ending, self.locks) {
            (Ending::Lock, Locks::OfRows | Locks::InModes) => {
                written.push_str(" for update");
            }
            (Ending::LockFree, Locks::OfRows | Locks::InModes) => {
                written.push_str(" for update skip locked");
            }
            (Ending::LockShared, Locks::OfRows) => written.push_str(" for share"),
            (Ending::LockShared, Locks::InModes) => written.push_str(" lock in share mode"),
            _ => {}
        }
        match (text.ending, self.unless_there, self.numbers) {
            (Ending::UnlessThere(key), UnlessThere::OnConflict, _) => {
                written.extend([" on conflict (", key, ") do nothing"]);
            }
            (Ending::UnlessThere(key), UnlessThere::OnDuplicateKey, _) => {
                written.extend([" on duplicate key update ", key, " = ", key]);
            }
            (Ending::Number(column), _, Numbers::Returned) => {
                written.extend([" returning ", column]);
            }
            _ => {}
        }
        written
    }

    fn number(self, sql: &str, written: &mut String) {
        let mut parts = sql.split('?');
        written.push_str(parts.next().unwrap_or_default());
        for (place, part) in (1_usize..).zip(parts) {
            match self.placeholder {
                Placeholder::QuestionMark => written.push('?'),
                Placeholder::Numbered => written.extend(["$", &place.to_string()]),
            }
            written.push_str(part);
        }
    }
}

/// Repeats what is in brackets.
fn expand(sql: &str, width: usize) -> Cow<'_, str> {
    let mut parts = sql.split('[');
    let first = parts.next().unwrap_or_default();
    let mut expanded = Cow::Borrowed(first);
    for part in parts {
        let (repeated, after) = part.split_once(']').unwrap_or((part, ""));
        let (repeated, separator) = repeated.split_once('|').unwrap_or((repeated, ", "));
        let expanded = expanded.to_mut();
        for place in 0..width {
            if place > 0 {
                expanded.push_str(separator);
            }
            expanded.push_str(repeated);
        }
        expanded.push_str(after);
    }
    expanded
}

/// Texts as written out in one dialect, each once. They are as many as there are statements in this
/// crate, those with a list in as many widths as there are powers of two up to
/// [`super::statement::WIDEST`].
pub(super) struct Texts {
    dialect: Dialect,
    written: RwLock<Option<HashMap<Text, Arc<str>>>>,
}

impl Texts {
    pub(super) const fn of(dialect: Dialect) -> Self {
        Self { dialect, written: RwLock::new(None) }
    }

    /// The whole text.
    pub(super) fn write(&self, text: &Text) -> Arc<str> {
        let known = self.written.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(written) = known.as_ref().and_then(|written| written.get(text)) {
            return Arc::clone(written);
        }
        drop(known);
        let written: Arc<str> = self.dialect.write(text).into();
        let mut known = self.written.write().unwrap_or_else(PoisonError::into_inner);
        known.get_or_insert_default().insert(text.clone(), Arc::clone(&written));
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::statement::{Statement, Value};

    const NUMBERED: Dialect = Dialect {
        placeholder: Placeholder::Numbered,
        locks: Locks::OfRows,
        unless_there: UnlessThere::OnConflict,
        numbers: Numbers::Returned,
    };

    const MARKED: Dialect = Dialect {
        placeholder: Placeholder::QuestionMark,
        locks: Locks::OfEverything,
        unless_there: UnlessThere::OnDuplicateKey,
        numbers: Numbers::Known,
    };

    #[test]
    fn placeholders_are_counted_through_brackets() {
        let row = || [Value::from("a"), Value::from(1_i64)];
        let statement = Statement::new("delete from t where x = ? and ([(a = ? and b = ?)| or ])")
            .bind("x")
            .bind_rows([row(), row()]);

        assert_eq!(
            NUMBERED.write(&statement.text),
            "delete from t where x = $1 and ((a = $2 and b = $3) or (a = $4 and b = $5))"
        );
    }

    #[test]
    fn endings_are_each_dialects_own() {
        let endings = [
            Ending::Lock,
            Ending::LockShared,
            Ending::LockFree,
            Ending::UnlessThere("id"),
            Ending::Number("seq"),
        ];
        let write = |dialect: Dialect| {
            endings.map(|ending| dialect.write(&Statement::new("q").ending(ending).text))
        };

        assert_eq!(
            write(NUMBERED),
            [
                "q for update",
                "q for share",
                "q for update skip locked",
                "q on conflict (id) do nothing",
                "q returning seq"
            ]
        );
        assert_eq!(write(MARKED), ["q", "q", "q", "q on duplicate key update id = id", "q"]);
        let shared = Statement::new("q").ending(Ending::LockShared);
        let in_modes = Dialect { locks: Locks::InModes, ..MARKED };
        assert_eq!(in_modes.write(&shared.text), "q lock in share mode");
    }
}
