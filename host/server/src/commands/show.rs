//! Answers of the API as text.

use serde_json::Value;

use crate::client::Global;
use crate::output;

/// A heading, and where in an item its cell is.
pub(super) type Column = (&'static str, &'static str);

/// A list as a table, or as it came.
pub(super) fn list(global: &Global, answer: &Value, columns: &[Column]) -> anyhow::Result<()> {
    if global.json {
        return Ok(output::json(answer)?);
    }
    let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    let row = |item: &Value| columns.iter().map(|(_, pointer)| text(item, pointer)).collect();
    Ok(output::table(&headings, &items(answer).iter().map(row).collect::<Vec<_>>())?)
}

/// The items of a list, whether or not it is wrapped in `hits`.
pub(super) fn items(answer: &Value) -> &[Value] {
    let wrapped = answer.pointer("/hits/hits").or_else(|| answer.get("hits")).unwrap_or(answer);
    wrapped.as_array().map_or(&[], Vec::as_slice)
}

/// What was done: a sentence, or the answer as it came.
pub(super) fn told(global: &Global, answer: &Value, sentence: &str) -> anyhow::Result<()> {
    if global.json {
        output::json(answer)?;
    } else {
        output::line(sentence)?;
    }
    Ok(())
}

/// One value, as a person would write it.
pub(super) fn text(item: &Value, pointer: &str) -> String {
    match item.pointer(pointer) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(values))
            if values.iter().all(|value| !value.is_object() && !value.is_array()) =>
        {
            values.iter().map(|value| text(value, "")).collect::<Vec<_>>().join(",")
        }
        Some(other) => other.to_string(),
    }
}

/// One thing, a line for each of its members.
pub(super) fn details(global: &Global, item: &Value) -> anyhow::Result<()> {
    let Some(object) = item.as_object().filter(|_| !global.json) else {
        return Ok(output::json(item)?);
    };
    let width = object.keys().map(String::len).max().unwrap_or_default();
    for (name, value) in object {
        output::line(format!("{name:width$}  {}", text(value, "")))?;
    }
    Ok(())
}
