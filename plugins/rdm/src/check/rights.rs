//! Rights: a licence of the vocabulary, or one in its owner's words.

use repono_sdk::Value;

use super::report::Report;
use crate::{
    identifiers::is_web_address,
    json::{self, Object},
    locales::is_locale,
};

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    report.each_object(metadata, "rights", |right, report| {
        if json::text(right, "id").is_some() {
            return;
        }
        if !says_something(right.get("title")) {
            report.error("missing-title", "An existing id or a free text title must be present.");
        }
        for key in ["title", "description"] {
            languages(right, key, report);
        }
        if json::text(right, "link").is_some_and(|link| !is_web_address(link)) {
            report.error_in("link", "invalid-url", "Not a valid URL.");
        }
    });
}

/// Whether there is a text in any language; what is no object is the schema's to refuse.
fn says_something(texts: Option<&Value>) -> bool {
    match texts {
        None | Some(Value::Null) => false,
        Some(Value::Object(texts)) => {
            texts.values().any(|text| text.as_str().is_none_or(|text| !text.is_empty()))
        }
        Some(_) => true,
    }
}

/// Checks that the keys of a text in several languages are languages.
pub(super) fn languages(object: &Object, key: &str, report: &mut Report<'_>) {
    let Some(Value::Object(texts)) = object.get(key) else { return };
    report.inside(key, |report| {
        for language in texts.keys().filter(|language| !is_locale(language)) {
            report.error_in(
                language,
                "unknown-language",
                format!("\"{language}\" is not a language: use a code like \"en\"."),
            );
        }
    });
}
