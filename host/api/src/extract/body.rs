//! JSON bodies.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::JSON;
use super::strict::{NotStrict, read};
use crate::error::Failure;
use crate::options::App;

/// A JSON object; none when the body is empty.
#[derive(Debug)]
pub(crate) struct JsonBody(pub Option<Map<String, Value>>);

/// A JSON object in the form of `T`; an empty body is an empty object.
pub(crate) struct JsonAs<T>(pub T);

impl FromRequest<App> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let is_json = is_json(&parts.headers);
        let bytes = collect(&parts.headers, body, app.options.max_body_bytes).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        if !is_json {
            return Err(Failure::UnsupportedMedia("Content-Type", JSON));
        }
        match read(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(Some(object))),
            Ok(_) => {
                Err(Failure::Unreadable("The request's body must be a JSON object.".to_owned()))
            }
            Err(NotStrict::NotJson) => Err(Failure::NotJson),
            Err(NotStrict::Twice(key)) => Err(Failure::Unreadable(format!(
                "The key {key:?} comes twice in one object of the request's body."
            ))),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for JsonAs<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let JsonBody(object) = JsonBody::from_request(request, app).await?;
        let object = Value::Object(object.unwrap_or_default());
        serde_json::from_value(object).map(Self).map_err(|error| {
            Failure::Unreadable(format!("The request's body cannot be read: {error}."))
        })
    }
}

/// The whole body, if it is not longer than `most` bytes.
pub(crate) async fn collect(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Bytes, Failure> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Failure::BodyTooLong(most));
    }
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::BodyTooLong(most)),
        Err(_) => Err(Failure::BrokenBody),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(JSON)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn json_is_json_with_parameters_too() {
        let is = |value: &'static str| {
            let value = (header::CONTENT_TYPE, HeaderValue::from_static(value));
            is_json(&HeaderMap::from_iter([value]))
        };

        assert!(is("application/json") && is("Application/JSON; charset=utf-8"));
        assert!(!is("text/plain") && !is("application/jsonl"));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_body_ends_where_the_limit_does() {
        let headers = HeaderMap::new();

        let whole = collect(&headers, Body::from("12345"), 5).await.unwrap();
        assert_eq!(&whole[..], b"12345");
        let refused = collect(&headers, Body::from("123456"), 5).await.unwrap_err();
        assert!(matches!(refused, Failure::BodyTooLong(5)));
    }
}
