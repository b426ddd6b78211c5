//! Places that a record is about.

use repono_sdk::Value;

use super::{identifiers, report::Report};
use crate::{geo, identifiers::PLACES, json::Object};

const MEMBERS: [&str; 4] = ["geometry", "place", "identifiers", "description"];

pub(super) fn check(metadata: &mut Object, report: &mut Report<'_>) {
    let Some(Value::Object(locations)) = metadata.get_mut("locations") else { return };
    report.inside("locations", |report| {
        report.each_object(locations, "features", |feature, report| {
            if MEMBERS.iter().all(|member| is_empty(feature.get(*member))) {
                report.error(
                    "empty-location",
                    "At least one of ['geometry', 'place', 'identifiers', 'description'] should be present.",
                );
            }
            if let Some(geometry @ Value::Object(_)) = feature.get("geometry")
                && let Err(flaw) = geo::check(geometry)
            {
                report.error_in("geometry", "invalid-geometry", flaw);
            }
            identifiers::list(feature, "identifiers", PLACES, report);
        });
    });
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        Some(_) => false,
    }
}
