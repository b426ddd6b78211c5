//! Points in a box or a circle.
//!
//! Latitudes and longitudes are two columns whose values stand in the same order, so that a
//! document of many points matches by one of them and not by the latitude of this and the longitude
//! of that.

use tantivy::columnar::Column;
use tantivy::query::EmptyQuery;
use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::{DocId, SegmentReader};

use super::Boxed;
use crate::search::EARTH_RADIUS_METRES;
use crate::search::asked::Shape;
use crate::tantivy::schema::Slot;

fn holds(shape: Shape, latitude: f64, longitude: f64) -> bool {
    match shape {
        Shape::Box { north, west, south, east } => {
            let across = if west <= east {
                (west..=east).contains(&longitude)
            } else {
                longitude >= west || longitude <= east
            };
            across && (south..=north).contains(&latitude)
        }
        Shape::Circle { lat, lon, metres } => distance(lat, lon, latitude, longitude) <= metres,
    }
}

pub(super) fn query(slot: &Slot, shape: Shape) -> Boxed {
    let Some((_, longitudes)) = slot.longitudes.clone() else { return Box::new(EmptyQuery) };
    let latitudes = slot.column.clone();
    let predicate = FunctionPredicate::from(move |reader: &SegmentReader| {
        let columns = reader.fast_fields();
        let latitudes: Option<Column<f64>> = columns.column_opt(&latitudes)?;
        let longitudes: Option<Column<f64>> = columns.column_opt(&longitudes)?;
        let points = latitudes.zip(longitudes);
        Ok(move |document: DocId| {
            points.as_ref().is_some_and(|(latitudes, longitudes)| {
                let mut pairs =
                    latitudes.values_for_doc(document).zip(longitudes.values_for_doc(document));
                pairs.any(|(latitude, longitude)| holds(shape, latitude, longitude))
            })
        })
    });
    Box::new(DocPredicateQuery::from(predicate))
}

/// The haversine formula: exact enough for points that are close.
fn distance(lat: f64, lon: f64, latitude: f64, longitude: f64) -> f64 {
    let (from, to) = (lat.to_radians(), latitude.to_radians());
    let up = ((to - from) / 2.0).sin();
    let across = ((longitude - lon).to_radians() / 2.0).sin();
    let chord = up * up + from.cos() * to.cos() * across * across;
    2.0 * EARTH_RADIUS_METRES * chord.sqrt().min(1.0).asin()
}
