//! Every route answers strangers as it should; a route that is not in the table fails the test.

use std::collections::BTreeSet;

use harness::{TestApp, minimal_record};
use http::Method;

/// Routes that anyone may call. All others answer 403 to strangers.
const OPEN: &[&str] = &[
    "GET /api/{collection}",
    "GET /api/{collection}/export",
    "GET /api/{collection}/{id}",
    "GET /api/{collection}/{id}/export/{format}",
    "GET /api/{collection}/{id}/versions",
    "GET /api/{collection}/{id}/versions/latest",
    "GET /api/openapi.json",
    "GET /api/ping",
    "GET /health/live",
    "GET /health/ready",
];

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_what_is_open_and_nothing_else() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Public")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    app.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    let openapi = app.anonymous.get("/api/openapi.json").await.expect(200).json();
    let mut met = BTreeSet::new();

    for (path, operations) in openapi["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let route = format!("{method} {path}");
            let concrete = path
                .replace("{collection}", "records")
                .replace("{id}", &id)
                .replace("{format}", "datacite-json");
            let concrete = concrete
                .replace("{name}", "rdm")
                .replace("{type}", "languages")
                .replace("{token}", "1")
                .replace("{run}", "1")
                .replace("{scheme}", "doi");
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let reply = app.anonymous.send(method, &concrete, "application/json", "{}").await;
            let vocabulary = route.starts_with("GET /api/vocabularies")
                || ["affiliations", "awards", "funders", "subjects"]
                    .iter()
                    .any(|name| path.contains(name));
            if OPEN.contains(&route.as_str()) || vocabulary {
                assert!(
                    reply.status < 400 || reply.status == 404,
                    "{route}: {} {}",
                    reply.status,
                    reply.text()
                );
                met.insert(route);
            } else {
                // What is not there yet says so to everyone.
                assert!(
                    [403, 501].contains(&reply.status),
                    "{route} answers a stranger {}: {}",
                    reply.status,
                    reply.text()
                );
            }
        }
    }

    let missing: Vec<_> = OPEN.iter().filter(|route| !met.contains(**route)).collect();
    assert!(missing.is_empty(), "open routes that OpenAPI does not have: {missing:?}");
}
