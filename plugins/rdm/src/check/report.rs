//! Problems, told by where the walk through a document is.

use std::fmt::Write as _;

use repono_sdk::{Problems, Value};

use crate::json::Object;

/// Where the walk is, and what it has found.
pub(super) struct Report<'a> {
    problems: &'a mut Problems,
    at: String,
}

impl<'a> Report<'a> {
    pub(super) fn new(problems: &'a mut Problems) -> Self {
        Self { problems, at: String::from("/metadata") }
    }

    /// Something is wrong with what the walk is looking at.
    pub(super) fn error(&mut self, code: &str, message: impl Into<String>) {
        self.problems.error(self.at.as_str(), code, message);
    }

    /// Something is wrong with a member of what the walk is looking at.
    pub(super) fn error_in(&mut self, key: &str, code: &str, message: impl Into<String>) {
        self.inside(key, |report| report.error(code, message));
    }

    /// Looks at a member.
    pub(super) fn inside<R>(&mut self, key: &str, look: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.at.len();
        self.at.push('/');
        for character in key.chars() {
            match character {
                '~' => self.at.push_str("~0"),
                '/' => self.at.push_str("~1"),
                other => self.at.push(other),
            }
        }
        let answer = look(self);
        self.at.truncate(length);
        answer
    }

    /// Looks at each item of a list, if the member is one.
    pub(super) fn each(
        &mut self,
        object: &mut Object,
        key: &str,
        mut look: impl FnMut(&mut Value, &mut Self),
    ) {
        let Some(Value::Array(items)) = object.get_mut(key) else { return };
        self.inside(key, |report| {
            for (index, item) in items.iter_mut().enumerate() {
                let length = report.at.len();
                // Writing to a string never fails.
                let _ = write!(report.at, "/{index}");
                look(item, report);
                report.at.truncate(length);
            }
        });
    }

    /// Looks at each object of a list; anything else in it is the schema's to refuse.
    pub(super) fn each_object(
        &mut self,
        object: &mut Object,
        key: &str,
        mut look: impl FnMut(&mut Object, &mut Self),
    ) {
        self.each(object, key, |item, report| {
            if let Value::Object(item) = item {
                look(item, report);
            }
        });
    }
}
