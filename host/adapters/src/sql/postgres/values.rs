//! Values on their way in and out.

use std::borrow::Cow;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgRow, PgTypeInfo};
use sqlx::types::Json;
use sqlx::{Arguments as _, Encode, Postgres, Row as _, Type, ValueRef as _};

use super::escape;
use crate::sql::cells::{Row, read_by_the_driver};
use crate::sql::statement::Value;

impl Row for PgRow {
    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
        Ok(self.try_get::<Option<&str>, _>(column)?.map(escape::text_back))
    }

    fn json(&self, column: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
        let value = self.try_get_raw(column)?;
        if value.is_null() {
            return Ok(None);
        }
        // In the binary format a byte with its version comes before the text.
        let text = value.as_bytes().and_then(|bytes| match bytes.split_first() {
            Some((1, text)) => Ok(std::str::from_utf8(text)?),
            _ => Err("it is not JSON of a known version".into()),
        });
        let decoded = |source| sqlx::Error::ColumnDecode { index: column.to_string(), source };
        Ok(Some(escape::json_back(text.map_err(decoded)?)))
    }

    read_by_the_driver!();
}

pub(super) fn arguments<'v>(
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        add(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn add(arguments: &mut PgArguments, value: &Value) -> Result<(), BoxDynError> {
    match value {
        Value::Text(text) => arguments.add(text.as_deref().map(escape::text)),
        Value::Json(json) => arguments.add(json.as_deref().map(Jsonb)),
        Value::Number(number) => arguments.add(number),
        Value::Flag(flag) => arguments.add(flag),
        Value::Bytes(bytes) => arguments.add(bytes.as_slice()),
    }
}

/// JSON that is a text already.
struct Jsonb<'t>(&'t str);

impl Type<Postgres> for Jsonb<'_> {
    fn type_info() -> PgTypeInfo {
        Json::<()>::type_info()
    }
}

impl Encode<'_, Postgres> for Jsonb<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // The version of the binary format.
        buffer.push(1);
        buffer.extend_from_slice(escape::json(self.0).as_bytes());
        Ok(IsNull::No)
    }
}
