//! One JSON text a line, sent as it comes.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::Stream;
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;

/// A line of its own.
pub(crate) fn line(value: &Value) -> Bytes {
    format!("{value}\n").into()
}

/// An answer that goes on for as long as `lines` do. An error breaks it off, so that nobody takes a
/// part for the whole.
pub(crate) fn ndjson<S, E>(media_type: &str, lines: S) -> Response
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<axum::BoxError> + 'static,
{
    let media_type = HeaderValue::try_from(media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = Response::new(Body::from_stream(lines));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies of one make would hold the lines back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
