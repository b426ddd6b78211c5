//! Points on a sphere.

use serde_json::json;

use super::scene::Scene;
use crate::Result;
use crate::ports::SearchIndex;
use crate::query::Query;

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "places").await?;
    scene
        .put(&[
            ("fiji", json!({ "place": { "lat": -17.7, "lon": 178.0 } })),
            ("geneva", json!({ "place": [6.05, 46.23] })),
            ("hamburg", json!({ "place": [[9.99, 53.55], { "lat": 10.0, "lon": 50.0 }] })),
            ("samoa", json!({ "place": [{ "lat": -13.8, "lon": -171.8 }] })),
            (
                "two",
                json!({ "place": [{ "lat": 60.0, "lon": 6.0 }, { "lat": 46.0, "lon": 100.0 }] }),
            ),
        ])
        .await?;

    for (north, west, south, east, expected) in [
        (50.0, 5.0, 40.0, 8.0, vec!["geneva"]),
        (60.0, 5.0, 40.0, 10.0, vec!["geneva", "hamburg", "two"]),
        (0.0, 170.0, -30.0, -170.0, vec!["fiji", "samoa"]),
        (90.0, -180.0, -90.0, 180.0, vec!["fiji", "geneva", "hamburg", "samoa", "two"]),
        (46.23, 6.05, 46.23, 6.05, vec!["geneva"]),
        (40.0, 5.0, 50.0, 8.0, vec![]),
    ] {
        let query = Query::GeoBox { field: "place".to_owned(), north, west, south, east };
        assert_eq!(scene.keys(query.clone()).await?, expected, "{query:?}");
    }
    // Geneva to Hamburg is about 865 km; Fiji to Samoa, across the 180th meridian, about 1,170 km.
    for (lat, lon, metres, expected) in [
        (46.23, 6.05, 0.0, vec!["geneva"]),
        (46.23, 6.05, 800_000.0, vec!["geneva"]),
        (46.23, 6.05, 900_000.0, vec!["geneva", "hamburg"]),
        (-17.7, 178.0, 1_100_000.0, vec!["fiji"]),
        (-17.7, 178.0, 1_250_000.0, vec!["fiji", "samoa"]),
    ] {
        let query = Query::GeoDistance { field: "place".to_owned(), lat, lon, metres };
        assert_eq!(scene.keys(query.clone()).await?, expected, "{query:?}");
    }
    assert_eq!(scene.keys(Query::Exists { field: "place".to_owned() }).await?.len(), 5);
    let none = Query::GeoDistance { field: "title".to_owned(), lat: 0.0, lon: 0.0, metres: 1e9 };
    assert!(scene.keys(none).await?.is_empty());
    scene.remove().await
}
