//! The API described for programs.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Info, License, OpenApi, OpenApiBuilder, SecurityRequirement, Tag};

/// The `OpenAPI` document of all routes that are there. Routes of `InvenioRDM` that are not there yet
/// are not in it; they answer 501.
pub fn openapi() -> OpenApi {
    crate::router::documented().into_openapi()
}

/// What the document says besides its routes.
pub(crate) fn frame() -> OpenApi {
    let mut info = Info::new("Repono", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    info.license = Some(License::new("Apache-2.0 OR MIT"));
    let tags = TAGS.iter().map(|(name, description)| {
        let mut tag = Tag::new(name);
        tag.description = Some((*description).to_owned());
        tag
    });
    let mut document = OpenApiBuilder::new().info(info).tags(Some(tags)).build();
    let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document
        .components
        .get_or_insert_default()
        .security_schemes
        .insert("token".to_owned(), scheme.into());
    let nobody = SecurityRequirement::default();
    let token = SecurityRequirement::new("token", Vec::<String>::new());
    document.security = Some(vec![nobody, token]);
    document
}

/// Describes the API for programs.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "openapi",
    tag = "health",
    responses((status = 200, description = "An OpenAPI document", body = Object)),
)]
pub(crate) async fn handler() -> Response {
    // Written down once: it is the same for as long as the program runs.
    static DOCUMENT: LazyLock<Bytes> =
        LazyLock::new(|| openapi().to_json().unwrap_or_default().into());
    let mut response = Response::new(Body::from(DOCUMENT.clone()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

const DESCRIPTION: &str = "A repository for research records that speaks InvenioRDM's wire format. \
Every collection that an active plugin makes is served under its own name; `records` is one of them. \
Tokens are sent as `Authorization: Bearer …`; what needs rights that the caller does not have answers 403.";

const TAGS: &[(&str, &str)] = &[
    ("records", "Published records"),
    ("drafts", "Work in progress"),
    ("versions", "Versions of one work"),
    ("bulk", "Many records at once, streamed"),
    ("vocabularies", "Controlled vocabularies"),
    ("accounts", "Who one is"),
    ("jobs", "Work in the background, as InvenioRDM has it"),
    ("admin", "For administrators"),
    ("health", "For operators' machines"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test is told by its caller to accept")]
    fn the_document_is_as_accepted() {
        let now = openapi().to_pretty_json().unwrap() + "\n";
        if std::env::var("ACCEPT").is_ok() {
            std::fs::write(ACCEPTED, &now).unwrap();
        }

        let accepted = std::fs::read_to_string(ACCEPTED).unwrap_or_default();

        assert!(
            now == accepted,
            "the routes are described otherwise than in host/api/openapi.json; look at the change with \
             `ACCEPT=1 cargo test -p repono-api openapi && git diff host/api/openapi.json`, and keep it if it is meant"
        );
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_a_summary_and_answers() {
        let document = serde_json::to_value(openapi()).unwrap();
        let mut names = std::collections::HashSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(
                    name != "handler" && names.insert(name.to_owned()),
                    "{method} {path}: {name}"
                );
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
            }
        }
    }
}
