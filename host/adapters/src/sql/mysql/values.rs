//! Values on their way in and out.

use std::borrow::Cow;

use sqlx::error::BoxDynError;
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{Arguments as _, Row as _};

use crate::sql::cells::{Row, read_by_the_driver};
use crate::sql::statement::Value;

impl Row for MySqlRow {
    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
        // Unchecked, as the driver takes texts that are compared byte by byte for bytes.
        self.try_get_unchecked::<Option<&str>, _>(column).map(|text| text.map(Cow::Borrowed))
    }

    read_by_the_driver!();
}

pub(super) fn arguments(values: &[Value]) -> Result<MySqlArguments, sqlx::Error> {
    let mut arguments = MySqlArguments::default();
    for value in values {
        add(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn add(arguments: &mut MySqlArguments, value: &Value) -> Result<(), BoxDynError> {
    match value {
        Value::Text(text) | Value::Json(text) => arguments.add(text.as_deref()),
        Value::Number(number) => arguments.add(number),
        Value::Flag(flag) => arguments.add(flag),
        Value::Bytes(bytes) => arguments.add(bytes.as_slice()),
    }
}
