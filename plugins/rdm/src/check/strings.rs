//! Lists of texts that must say something.

use repono_sdk::Value;

use super::report::Report;
use crate::json::Object;

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    for (key, message) in [
        ("sizes", "Size cannot be a blank string."),
        ("formats", "Format cannot be a blank string."),
    ] {
        report.each(metadata, key, |text, report| {
            if text.as_str().is_some_and(str::is_empty) {
                report.error("blank", message);
            }
        });
    }
    report.each_object(metadata, "references", |reference, report| {
        if reference.get("reference").and_then(Value::as_str).is_some_and(str::is_empty) {
            report.error_in("reference", "blank", "Reference cannot be a blank string.");
        }
    });
}
