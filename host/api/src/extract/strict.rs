//! JSON as people mean it: a key that comes twice is a mistake, not a choice.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a text is not JSON that is taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotStrict {
    /// Not JSON, not UTF-8, broken off, or nested too deeply.
    NotJson,
    /// This key comes twice in one object.
    Twice(String),
}

/// Reads a text. `serde_json` stops by itself at 128 levels.
pub(super) fn read(text: &[u8]) -> Result<Value, NotStrict> {
    let mut twice = None;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict(&mut twice).deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|_| twice.map_or(NotStrict::NotJson, NotStrict::Twice))
}

struct Strict<'a>(&'a mut Option<String>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict(&mut *self.0))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Strict(&mut *self.0))?;
            if object.contains_key(&name) {
                *self.0 = Some(name);
                return Err(de::Error::custom("a key comes twice"));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_that_comes_twice_is_named() {
        let twice = |key: &str| Err(NotStrict::Twice(key.to_owned()));

        assert_eq!(read(br#"{"a": 1, "a": 1}"#), twice("a"));
        assert_eq!(read(br#"[{"x": {"b": 1, "c": 2, "b": 3}}]"#), twice("b"));
        assert_eq!(read(br#"{"a": {"a": 1}, "b": {"a": 1}}"#).map(|_| ()), Ok(()));
    }

    #[test]
    fn what_is_not_json_is_not_read() {
        let deep = [vec![b'['; 200], vec![b']'; 200]].concat();
        for text in [&b"{\"metadata\": {"[..], b"", b"\xff", b"{\"a\": \"\xff\"}", b"{} x", &deep] {
            assert_eq!(read(text), Err(NotStrict::NotJson));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_serde_json_reads_them_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            match (read(&bytes), serde_json::from_slice::<Value>(&bytes)) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                (Err(NotStrict::Twice(_)), Ok(_)) | (Err(_), Err(_)) => {}
                (ours, theirs) => prop_assert!(false, "{ours:?} {theirs:?}"),
            }
        }
    }
}
