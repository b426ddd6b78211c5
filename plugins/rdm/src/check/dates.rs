//! The publication date, and the other dates of a record.

use super::report::Report;
use crate::{
    edtf::{self, Flaw},
    json::{self, Object},
};

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    date(metadata, "publication_date", edtf::days, report);
    report.each_object(metadata, "dates", |item, report| {
        date(item, "date", edtf::days_or_moment, report);
    });
}

fn date(object: &Object, key: &str, read: fn(&str) -> Result<(), Flaw>, report: &mut Report<'_>) {
    let Some(date) = json::any_text(object, key) else { return };
    match read(date) {
        Ok(()) => {}
        Err(Flaw::Malformed) => {
            report.error_in(key, "invalid-date", "Please provide a valid date or interval.");
        }
        Err(Flaw::Reversed) => {
            report.error_in(
                key,
                "reversed-interval",
                "The interval must not end before it begins.",
            );
        }
    }
}
