//! Subjects: terms of a vocabulary, or free words.

use super::report::Report;
use crate::json::{self, Object};

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    report.each_object(metadata, "subjects", |subject, report| {
        if json::text(subject, "id").or_else(|| json::text(subject, "subject")).is_none() {
            report
                .error("missing-subject", "An existing id or a free text subject must be present.");
        }
    });
}
