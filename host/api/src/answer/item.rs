//! Single records and other single things.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use repono_domain::CollectionName;
use repono_service::Context;
use repono_service::records::{Exported, Rendered};
use serde_json::Value;

use super::ui;
use crate::extract::{Chosen, JSON, Shape, UI_JSON};

/// What an answer to a reader depends on besides its address.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Authorization");
const LINKSET: &str = "application/linkset+json";

/// A record or draft, or word that the client has it already.
pub(crate) fn item(
    shape: &Shape,
    chosen: &Chosen,
    status: StatusCode,
    rendered: Rendered,
) -> Response {
    let etag = etag(rendered.revision);
    let mut response = if status == StatusCode::OK && shape.has(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (media_type, bytes) = match chosen {
            Chosen::Ui => (UI_JSON, ui::with_ui(&rendered.json)),
            Chosen::Json | Chosen::Export(_) => (JSON, rendered.json),
        };
        text(status, HeaderValue::from_static(media_type), printed(shape, bytes))
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::VARY, VARY);
    response
}

/// Any other JSON.
pub(crate) fn json(shape: &Shape, status: StatusCode, value: &Value) -> Response {
    let bytes = if shape.pretty { format!("{value:#}") } else { value.to_string() };
    text(status, HeaderValue::from_static(JSON), bytes.into())
}

/// What an exporter wrote, under the name that a browser would save it by.
pub(crate) fn exported(exported: Exported, name: &str) -> Response {
    let media_type = HeaderValue::try_from(exported.media_type.as_str())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = text(StatusCode::OK, media_type, exported.bytes);
    let disposition = format!("inline; filename=\"{name}.{}\"", exported.extension);
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response.headers_mut().insert(header::VARY, VARY);
    response
}

/// Where a record's link set is, if there is an exporter that writes it (FAIR Signposting, level 2).
pub(crate) fn linkset(
    ctx: &Context,
    collection: &CollectionName,
    rendered: &Rendered,
) -> Option<HeaderValue> {
    let active = ctx.active.load();
    let is_there = active.formats(collection).any(|(_, format)| format.media_type == LINKSET);
    let (api, id) = (&ctx.settings.api_url, rendered.id);
    let link = || format!("<{api}/{collection}/{id}> ; rel=\"linkset\" ; type=\"{LINKSET}\"");
    is_there.then(link).and_then(|link| HeaderValue::try_from(link).ok())
}

pub(super) fn text(status: StatusCode, media_type: HeaderValue, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}

/// JSON for machines as it is, for people with line breaks.
pub(super) fn printed(shape: &Shape, json: Bytes) -> Bytes {
    if !shape.pretty {
        return json;
    }
    let value = serde_json::from_slice::<Value>(&json);
    value.map(|value| format!("{value:#}").into()).unwrap_or(json)
}

fn etag(revision: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered() -> Rendered {
        Rendered {
            id: "akd9f-9vg25".parse().unwrap(),
            revision: 3,
            json: Bytes::from_static(br#"{"id":"akd9f-9vg25"}"#),
        }
    }

    #[test]
    fn an_item_carries_its_revision() {
        let response = item(&Shape::default(), &Chosen::Json, StatusCode::CREATED, rendered());

        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()[header::ETAG], "\"3\"");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    }

    #[tokio::test]
    async fn people_get_line_breaks() {
        let mut shape = Shape::default();
        shape.pretty = true;

        let response = item(&shape, &Chosen::Json, StatusCode::OK, rendered());

        let bytes = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        assert_eq!(&bytes[..], b"{\n  \"id\": \"akd9f-9vg25\"\n}");
    }
}
