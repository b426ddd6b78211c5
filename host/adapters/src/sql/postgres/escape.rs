//! The character NUL, which PostgreSQL takes neither in texts nor in JSON.
//!
//! It is kept as U+001A followed by `0`, and U+001A itself, which nobody writes, as U+001A followed
//! by `1`. So what was stored is read, and equal texts stay equal.

use std::borrow::Cow;

const MARK: char = '\u{1a}';

/// A text as it is stored.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => escaped.extend([MARK, '0']),
            MARK => escaped.extend([MARK, '1']),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// A stored text as it was.
pub(super) fn text_back(text: &str) -> Cow<'_, str> {
    if !text.contains(MARK) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(MARK);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (character, rest) = match part.strip_prefix('0') {
            Some(rest) => ('\0', rest),
            None => (MARK, part.strip_prefix('1').unwrap_or(part)),
        };
        plain.push(character);
        plain.push_str(rest);
    }
    Cow::Owned(plain)
}

/// Both characters as JSON writes them.
const JSON_NUL: &str = r"\u0000";
const JSON_MARK: &str = r"\u001a";

/// JSON as it is stored. serde writes both characters as escapes.
pub(super) fn json(json: &str) -> Cow<'_, str> {
    replace(json, &[JSON_NUL, JSON_MARK], |escape, _| {
        (if escape == JSON_NUL { r"\u001a0" } else { r"\u001a1" }, 0)
    })
}

/// Stored JSON as it was.
pub(super) fn json_back(json: &str) -> Cow<'_, str> {
    replace(json, &[JSON_MARK], |_, after| match after.as_bytes().first() {
        Some(b'0') => (JSON_NUL, 1),
        Some(b'1') => (JSON_MARK, 1),
        _ => (JSON_MARK, 0),
    })
}

/// Replaces escapes. `by` is given the escape and what comes after it, and says what to write and
/// how many bytes of that go with it.
fn replace<'j>(
    json: &'j str,
    escapes: &[&str],
    by: impl Fn(&str, &str) -> (&'static str, usize),
) -> Cow<'j, str> {
    if !escapes.iter().any(|escape| json.contains(escape)) {
        return Cow::Borrowed(json);
    }
    let mut replaced = String::with_capacity(json.len() + 8);
    let mut rest = json;
    while let Some(place) = rest.find('\\') {
        let (before, at) = rest.split_at(place);
        replaced.push_str(before);
        if let Some(escape) = escapes.iter().find(|escape| at.starts_with(**escape)) {
            let after = &at[escape.len()..];
            let (text, taken) = by(escape, after);
            replaced.push_str(text);
            rest = &after[taken..];
        } else {
            // With the character after it, which may be a backslash itself.
            let escape = at.char_indices().nth(2).map_or(at.len(), |(end, _)| end);
            replaced.push_str(&at[..escape]);
            rest = &at[escape..];
        }
    }
    replaced.push_str(rest);
    Cow::Owned(replaced)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_comes_back_and_has_no_nul_meanwhile(plain in r#"[\x00\x1a01a\\"u🦀]{0,12}"#) {
            let stored = text(&plain);

            prop_assert!(!stored.contains('\0'));
            prop_assert_eq!(text_back(&stored), plain.as_str());
        }

        #[test]
        fn every_json_comes_back_and_has_no_nul_meanwhile(plain in r#"[\x00\x1a01a\\"u🦀]{0,12}"#) {
            let before = serde_json::json!({ plain.clone(): [plain] }).to_string();

            let stored = json(&before);

            let value: serde_json::Value = serde_json::from_str(&stored).unwrap();
            let text = value.as_object().unwrap().keys().next().unwrap();
            prop_assert!(!text.contains('\0'));
            prop_assert_eq!(json_back(&stored), before.as_str());
        }
    }
}
