//! Short words for reading and editing JSON whose shape nobody has promised.

use repono_sdk::{Value, serde_json::Map};

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// The text under a key, unless there is none or nothing to read in it.
pub(crate) fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !crate::text::is_blank(text))
}

/// The text under a key, even a blank one.
pub(crate) fn any_text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str()
}

/// The text at a path.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// The items of the list under a key; what is no list has none.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The best of a text in several languages: English, or the first there is.
pub(crate) fn english(texts: Option<&Value>) -> Option<&str> {
    match texts? {
        Value::String(text) => Some(text),
        Value::Object(texts) => {
            texts.get("en").or_else(|| texts.values().next()).and_then(Value::as_str)
        }
        _ => None,
    }
}

/// Puts a text under a key, if there is one.
pub(crate) fn put(object: &mut Object, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}

/// Puts a list under a key, if there is something in it.
pub(crate) fn put_list(object: &mut Object, key: &str, list: Vec<Value>) {
    put(object, key, (!list.is_empty()).then_some(list));
}
