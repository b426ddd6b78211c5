//! Places: DataCite draws points, boxes and polygons of one ring.

use repono_sdk::{Value, json};

use crate::json;

pub(super) fn locations(metadata: &Value) -> Vec<Value> {
    let locations = metadata.get("locations").unwrap_or(&Value::Null);
    json::list(locations, "features").filter_map(location).collect()
}

fn location(feature: &Value) -> Option<Value> {
    let mut written = json!({});
    if let Some(place) = json::at(feature, "/place") {
        written["geoLocationPlace"] = place.into();
    }
    if let Some((name, shape)) = feature.get("geometry").and_then(shape) {
        written[name] = shape;
    }
    written.as_object().is_some_and(|written| !written.is_empty()).then_some(written)
}

fn shape(geometry: &Value) -> Option<(&'static str, Value)> {
    let coordinates = geometry.get("coordinates")?;
    match json::at(geometry, "/type")? {
        "Point" => Some(("geoLocationPoint", point(coordinates)?)),
        "Polygon" => {
            let ring = coordinates.get(0)?.as_array()?;
            Some(match rectangle(ring) {
                Some(sides) => ("geoLocationBox", sides),
                None => ("geoLocationPolygon", polygon(ring)),
            })
        }
        _ => None,
    }
}

fn point(position: &Value) -> Option<Value> {
    Some(json!({ "pointLongitude": number(position, 0)?, "pointLatitude": number(position, 1)? }))
}

fn polygon(ring: &[Value]) -> Value {
    ring.iter().filter_map(point).map(|point| json!({ "polygonPoint": point })).collect()
}

/// The sides of a ring that has four corners on two longitudes and two latitudes.
fn rectangle(ring: &[Value]) -> Option<Value> {
    if ring.len() != 5 {
        return None;
    }
    let (west, east) = two(ring, 0)?;
    let (south, north) = two(ring, 1)?;
    Some(json!({
        "westBoundLongitude": west,
        "eastBoundLongitude": east,
        "southBoundLatitude": south,
        "northBoundLatitude": north,
    }))
}

/// The lower and the higher of the two values that positions have in one dimension.
fn two(ring: &[Value], dimension: usize) -> Option<(String, String)> {
    let mut values: Vec<f64> =
        ring.iter().filter_map(|position| position.get(dimension)?.as_f64()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let [low, high] = values.as_slice() else { return None };
    let written =
        |value: f64| ring.iter().find(|position| position[dimension].as_f64() == Some(value));
    Some((number(written(*low)?, dimension)?, number(written(*high)?, dimension)?))
}

/// A number as the depositor wrote it.
fn number(position: &Value, dimension: usize) -> Option<String> {
    position.get(dimension).filter(|number| number.is_number()).map(Value::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn written(geometry: &Value) -> Vec<Value> {
        locations(&json!({ "locations": { "features": [{ "geometry": geometry }] } }))
    }

    #[test]
    fn a_rectangle_is_a_box_and_any_other_ring_a_polygon() {
        let rectangle = json!({ "type": "Polygon", "coordinates": [[[1, -2], [3.5, -2], [3.5, 4], [1, 4], [1, -2]]] });
        let triangle =
            json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]] });

        assert_eq!(
            written(&rectangle),
            [
                json!({ "geoLocationBox": { "westBoundLongitude": "1", "eastBoundLongitude": "3.5", "southBoundLatitude": "-2", "northBoundLatitude": "4" } })
            ]
        );
        assert_eq!(written(&triangle)[0]["geoLocationPolygon"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn what_datacite_cannot_draw_is_left_out() {
        let line = json!({ "type": "LineString", "coordinates": [[0, 0], [1, 1]] });

        assert_eq!(written(&line), Vec::<Value>::new());
    }
}
