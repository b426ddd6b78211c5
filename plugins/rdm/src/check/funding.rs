//! Funders and awards.

use repono_sdk::Value;

use super::{identifiers, report::Report, rights::languages};
use crate::{
    identifiers::{AWARDS, FUNDERS},
    json::{self, Object},
};

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    report.each_object(metadata, "funding", |funding, report| {
        if let Some(Value::Object(funder)) = funding.get_mut("funder") {
            report.inside("funder", |report| self::funder(funder, report));
        }
        if let Some(Value::Object(award)) = funding.get_mut("award") {
            report.inside("award", |report| self::award(award, report));
        }
    });
}

fn funder(funder: &mut Object, report: &mut Report<'_>) {
    if json::text(funder, "id").or_else(|| json::text(funder, "name")).is_none() {
        report.error("missing-funder", "An existing id or a free text name must be present.");
    }
    identifiers::list(funder, "identifiers", FUNDERS, report);
}

fn award(award: &mut Object, report: &mut Report<'_>) {
    let has_title = json::english(award.get("title")).is_some_and(|title| !title.is_empty());
    if !has_title && json::text(award, "id").or_else(|| json::text(award, "number")).is_none() {
        report.error("missing-award", "An existing id, a number or a title must be present.");
    }
    languages(award, "title", report);
    identifiers::list(award, "identifiers", AWARDS, report);
}
