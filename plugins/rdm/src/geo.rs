//! `GeoJSON` geometries (RFC 7946): whether one is drawn right, and where its middle is.

use repono_sdk::Value;

/// Longitude and latitude.
type Position = (f64, f64);

/// Says what is wrong with a geometry.
pub(crate) fn check(geometry: &Value) -> Result<(), &'static str> {
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    match geometry.get("type").and_then(Value::as_str) {
        Some("Point") => position(coordinates).map(|_| ()),
        Some("MultiPoint") => line(coordinates, 1),
        Some("LineString") => line(coordinates, 2),
        Some("MultiLineString") => each(coordinates, |coordinates| line(coordinates, 2)),
        Some("Polygon") => each(coordinates, ring),
        Some("MultiPolygon") => each(coordinates, |polygon| each(polygon, ring)),
        Some("GeometryCollection") => {
            each(geometry.get("geometries").unwrap_or(&Value::Null), check)
        }
        _ => Err(
            "The geometry needs a type of GeoJSON: Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon or GeometryCollection.",
        ),
    }
}

/// The middle of a geometry: of a ring its centre of gravity, of anything else the mean of its
/// positions.
pub(crate) fn centroid(geometry: &Value) -> Option<(f64, f64)> {
    check(geometry).ok()?;
    let coordinates = geometry.get("coordinates");
    if geometry.get("type").and_then(Value::as_str) == Some("Polygon")
        && let Some(middle) = coordinates.and_then(|rings| rings.get(0)).and_then(centre_of_gravity)
    {
        return Some(middle);
    }

    let mut positions = Vec::new();
    collect(coordinates.or_else(|| geometry.get("geometries"))?, &mut positions);
    mean(&positions)
}

fn position(value: &Value) -> Result<Position, &'static str> {
    let numbers: Option<Vec<f64>> =
        value.as_array().and_then(|numbers| numbers.iter().map(Value::as_f64).collect());
    match numbers.as_deref() {
        Some([longitude, latitude] | [longitude, latitude, _]) => {
            let is_on_earth =
                (-180.0..=180.0).contains(longitude) && (-90.0..=90.0).contains(latitude);
            is_on_earth
                .then_some((*longitude, *latitude))
                .ok_or("A position is longitude (-180 to 180) before latitude (-90 to 90).")
        }
        _ => Err(
            "A position is a list of two or three numbers: longitude, latitude and perhaps height.",
        ),
    }
}

fn line(value: &Value, least: usize) -> Result<(), &'static str> {
    let positions = value.as_array().filter(|positions| positions.len() >= least);
    let positions = positions.ok_or("There are too few positions for this type of geometry.")?;
    positions.iter().try_for_each(|value| position(value).map(|_| ()))
}

fn ring(value: &Value) -> Result<(), &'static str> {
    line(value, 4).map_err(|flaw| {
        if value.is_array() {
            flaw
        } else {
            "A polygon is a list of rings, and a ring a list of positions."
        }
    })?;
    let is_closed = value.as_array().is_some_and(|positions| positions.first() == positions.last());
    is_closed.then_some(()).ok_or("A ring must end where it begins.")
}

fn each(
    value: &Value,
    check: impl Fn(&Value) -> Result<(), &'static str>,
) -> Result<(), &'static str> {
    match value.as_array().map(Vec::as_slice) {
        Some([]) | None => Err("The geometry is empty."),
        Some(items) => items.iter().try_for_each(check),
    }
}

fn centre_of_gravity(ring: &Value) -> Option<Position> {
    let positions: Vec<Position> =
        ring.as_array()?.iter().filter_map(|value| position(value).ok()).collect();
    let mut twice_area = 0.0;
    let mut moment = (0.0, 0.0);
    for corner in positions.windows(2) {
        let [(x, y), (next_x, next_y)] = corner else { continue };
        let cross = x * next_y - next_x * y;
        twice_area += cross;
        moment = (moment.0 + (x + next_x) * cross, moment.1 + (y + next_y) * cross);
    }
    let middle = (moment.0 / (3.0 * twice_area), moment.1 / (3.0 * twice_area));

    // Flat rings have no area, and rounding may throw the middle of an almost flat one far away.
    let is_on_earth = middle.0.abs() <= 180.0 && middle.1.abs() <= 90.0;
    is_on_earth.then_some(middle)
}

/// Finds the positions in coordinates of any depth, or in the geometries of a collection.
fn collect(value: &Value, positions: &mut Vec<Position>) {
    if let Ok(position) = position(value) {
        positions.push(position);
        return;
    }
    for item in value.as_array().into_iter().flatten() {
        let inner = item.get("coordinates").or_else(|| item.get("geometries")).unwrap_or(item);
        collect(inner, positions);
    }
}

#[expect(clippy::cast_precision_loss, reason = "no geometry has 2^52 corners")]
fn mean(positions: &[Position]) -> Option<Position> {
    let count = positions.len() as f64;
    let total =
        positions.iter().fold((0.0, 0.0), |total: Position, at| (total.0 + at.0, total.1 + at.1));
    (!positions.is_empty()).then_some((total.0 / count, total.1 / count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use repono_sdk::json;

    #[test]
    fn well_drawn_geometries_pass() {
        let square = json!([[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]);
        for geometry in [
            json!({ "type": "Point", "coordinates": [6.05, 46.23] }),
            json!({ "type": "Point", "coordinates": [6.05, 46.23, 400] }),
            json!({ "type": "MultiPoint", "coordinates": [[0, 0]] }),
            json!({ "type": "LineString", "coordinates": [[0, 0], [1, 1]] }),
            json!({ "type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]] }),
            json!({ "type": "Polygon", "coordinates": square }),
            json!({ "type": "MultiPolygon", "coordinates": [square] }),
            json!({ "type": "GeometryCollection", "geometries": [{ "type": "Point", "coordinates": [0, 0] }] }),
        ] {
            assert_eq!(check(&geometry), Ok(()), "{geometry}");
            assert!(centroid(&geometry).is_some(), "{geometry}");
        }
    }

    #[test]
    fn badly_drawn_geometries_do_not() {
        for geometry in [
            json!({}),
            json!({ "type": "Circle", "coordinates": [0, 0] }),
            json!({ "type": "Point", "coordinates": [46.23] }),
            json!({ "type": "Point", "coordinates": [0, 91] }),
            json!({ "type": "Point", "coordinates": [181, 0] }),
            json!({ "type": "Point", "coordinates": ["0", "0"] }),
            json!({ "type": "LineString", "coordinates": [[0, 0]] }),
            json!({ "type": "Polygon", "coordinates": [] }),
            json!({ "type": "Polygon", "coordinates": [[0, 0], [1, 1]] }),
            json!({ "type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2]]] }),
            json!({ "type": "GeometryCollection", "geometries": [{ "type": "Point" }] }),
        ] {
            assert!(check(&geometry).is_err(), "{geometry}");
            assert_eq!(centroid(&geometry), None, "{geometry}");
        }
    }

    #[test]
    fn the_middle_is_where_the_weight_is() {
        let square =
            json!({ "type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] });
        let flat = json!({ "type": "Polygon", "coordinates": [[[1, 1], [1, 1], [1, 1], [1, 1]]] });
        let line = json!({ "type": "LineString", "coordinates": [[0, 0], [4, 2]] });

        assert_eq!(centroid(&square), Some((1.0, 1.0)));
        assert_eq!(centroid(&flat), Some((1.0, 1.0)));
        assert_eq!(centroid(&line), Some((2.0, 1.0)));
    }
}
