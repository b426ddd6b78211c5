//! Values on their way in and out.

use std::borrow::Cow;

use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Row as _};

use crate::sql::cells::{Row, read_by_the_driver};
use crate::sql::statement::Value;

impl Row for SqliteRow {
    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
        self.try_get::<Option<&str>, _>(column).map(|text| text.map(Cow::Borrowed))
    }

    read_by_the_driver!();
}

pub(super) fn add(arguments: &mut SqliteArguments, value: Value) -> Result<(), BoxDynError> {
    match value {
        Value::Text(text) | Value::Json(text) => arguments.add(text),
        Value::Number(number) => arguments.add(number),
        Value::Flag(flag) => arguments.add(flag),
        Value::Bytes(bytes) => arguments.add(bytes),
    }
}
