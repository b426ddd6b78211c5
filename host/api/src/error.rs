//! The one place that knows which status a failure has, and what its answer says.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use repono_service::limits::Standing;
use repono_service::{Error, records};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::limit;

/// Why a request came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A use case failed.
    Service(Error),
    /// An export failed: what stands behind this repository did, not the repository.
    Export(Error),
    /// No route.
    NoSuchUrl,
    /// A route, but not for this method.
    MethodNotAllowed,
    /// None of what the client accepts, but one of these.
    NotAcceptable(Vec<String>),
    /// Not this content type or encoding; the header's name and what it may say.
    UnsupportedMedia(&'static str, &'static str),
    /// The body is not JSON.
    NotJson,
    /// The body broke off or came too slowly.
    BrokenBody,
    /// Something of the request cannot be read; a sentence.
    Unreadable(String),
    /// One parameter or header cannot be read.
    Field(&'static str, String),
    /// The body is longer than this many bytes.
    BodyTooLong(usize),
    /// It took longer than this.
    TimedOut(Duration),
    /// More requests than this caller may make.
    TooMany(Standing),
    /// A bug. Told in the log already.
    Panicked,
    /// `InvenioRDM` does this, Repono not yet; a sentence.
    NotYet(Cow<'static, str>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

/// What every failed request is answered with.
#[derive(ToSchema, Serialize)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// The status, once more.
    status: u16,
    /// For people.
    message: String,
    /// What is wrong with which field, if that can be told.
    errors: Option<Vec<FieldErrors>>,
}

/// What is wrong with one field.
#[derive(ToSchema, Serialize)]
pub(crate) struct FieldErrors {
    /// Dotted path: `metadata.creators.0.role`.
    field: String,
    /// For people.
    messages: Vec<String>,
    /// For programs: `required`, `unknown-term`.
    code: Option<String>,
    /// `error`, or `warning`, which does not stand in the way.
    severity: Option<String>,
}

/// What any route may answer instead.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "describes answers in the OpenAPI document")]
pub(crate) enum Refusals {
    /// What was sent cannot be accepted as it is.
    #[response(status = 400)]
    Invalid(#[to_schema] ErrorBody),
    /// Not for this caller.
    #[response(status = 403)]
    Forbidden(#[to_schema] ErrorBody),
    /// There is no such thing, or the caller may not know of it.
    #[response(status = 404)]
    NotFound(#[to_schema] ErrorBody),
    /// More requests than this caller may make; `Retry-After` says when to try again.
    #[response(status = 429)]
    TooMany(#[to_schema] ErrorBody),
    /// Something that is needed does not answer; `Retry-After` says when to try again.
    #[response(status = 503)]
    Unavailable(#[to_schema] ErrorBody),
}

impl Failure {
    /// The status and the answer. What is our own fault is logged here, and nowhere else.
    pub(crate) fn told(&self) -> (StatusCode, Value) {
        let status = self.status();
        // What is full is no fault: its callers are told, and its metrics tell everyone else.
        let is_full = matches!(self, Self::Service(Error::Full { .. }));
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED && !is_full {
            log(status, self);
        }
        let mut body = json!({"status": status.as_u16(), "message": self.message()});
        match self {
            Self::Service(Error::InvalidDocument(problems)) => {
                body["errors"] = records::problem_list(problems);
            }
            Self::Service(Error::Gone(_, tombstone)) => body["tombstone"] = Value::clone(tombstone),
            Self::Field(field, message) => {
                body["errors"] = json!([{"field": field, "messages": [message]}]);
            }
            _ => {}
        }
        (status, body)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Export(Error::Plugin { .. }) => StatusCode::BAD_GATEWAY,
            Self::Service(error) | Self::Export(error) => status_of(error),
            Self::NoSuchUrl => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable(_) => StatusCode::NOT_ACCEPTABLE,
            Self::UnsupportedMedia(..) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotJson | Self::BrokenBody | Self::Unreadable(_) | Self::Field(..) => {
                StatusCode::BAD_REQUEST
            }
            Self::BodyTooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotYet(_) => StatusCode::NOT_IMPLEMENTED,
        }
    }

    fn message(&self) -> Cow<'_, str> {
        match self {
            Self::Service(error) | Self::Export(error) => message_of(error),
            Self::NoSuchUrl => "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.".into(),
            Self::MethodNotAllowed => "The method is not allowed for the requested URL.".into(),
            Self::NotAcceptable(expected) => {
                format!("Invalid 'Accept' header. Expected one of: {}", expected.join(", ")).into()
            }
            Self::UnsupportedMedia(header, expected) => {
                format!("Invalid '{header}' header. Expected one of: {expected}").into()
            }
            Self::NotJson => "Unable to decode JSON data in request body.".into(),
            Self::BrokenBody => "The request's body broke off.".into(),
            Self::Unreadable(message) => message.into(),
            Self::Field(..) => "A validation error occurred.".into(),
            Self::BodyTooLong(most) => {
                format!("The request's body is longer than {most} bytes.").into()
            }
            Self::TimedOut(after) => {
                format!("The request took longer than {} seconds.", after.as_secs()).into()
            }
            Self::TooMany(standing) => format!(
                "These are more requests than {}, which is as many as you may make; try again in {} seconds.",
                standing.rate,
                limit::seconds(standing)
            )
            .into(),
            Self::Panicked => INTERNAL.into(),
            Self::NotYet(message) => message.as_ref().into(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Service(
                Error::Unavailable { retry_after, .. } | Error::Full { retry_after, .. },
            )
            | Self::Export(Error::Unavailable { retry_after, .. }) => Some(*retry_after),
            Self::TimedOut(_) => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, body) = self.told();
        let mut response = (status, Json(body)).into_response();
        if let Some(after) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
        }
        if let Self::TooMany(standing) = &self {
            limit::tell(response.headers_mut(), standing);
        }
        response
    }
}

const INTERNAL: &str =
    "The server encountered an internal error and was unable to complete your request.";

fn status_of(error: &Error) -> StatusCode {
    use repono_service::Kind;
    match error.kind() {
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Gone => StatusCode::GONE,
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unavailable | Kind::Plugin => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `InvenioRDM`'s sentences where it has them.
fn message_of(error: &Error) -> Cow<'_, str> {
    match error {
        Error::NotFound(message)
        | Error::Invalid(message)
        | Error::Conflict(message)
        | Error::TooLarge(message)
        | Error::Full { message, .. } => message.into(),
        Error::Gone(..) => "Record deleted".into(),
        Error::InvalidDocument(_) => "A validation error occurred.".into(),
        Error::RevisionMismatch { expected, actual } => {
            format!("Revision id provided({expected}) doesn't match record's one({actual})").into()
        }
        Error::Forbidden => "Permission denied.".into(),
        Error::Unavailable { dependency, retry_after, .. } => format!(
            "The {dependency} cannot be used at the moment; try again in {} seconds.",
            retry_after.as_secs()
        )
        .into(),
        Error::Plugin { plugin, message } => {
            format!("The plugin {plugin} did not do its part: {message}.").into()
        }
        Error::Internal(..) => INTERNAL.into(),
    }
}

fn log(status: StatusCode, failure: &Failure) {
    let status = status.as_u16();
    match failure {
        Failure::Service(error) | Failure::Export(error) => {
            tracing::error!(http.status = status, "{}", error.told());
        }
        other => tracing::error!(http.status = status, "{}", other.message()),
    }
}

#[cfg(test)]
mod tests {
    use repono_domain::Problem;

    use super::*;

    fn told(error: Error) -> (u16, Value) {
        let (status, body) = Failure::from(error).told();
        (status.as_u16(), body)
    }

    #[test]
    fn failures_speak_as_inveniordm_does() {
        assert_eq!(
            told(Error::Forbidden),
            (403, json!({"status": 403, "message": "Permission denied."}))
        );
        assert_eq!(
            told(Error::RevisionMismatch { expected: 99, actual: 4 }),
            (
                412,
                json!({"status": 412, "message": "Revision id provided(99) doesn't match record's one(4)"})
            )
        );
        assert_eq!(
            told(Error::InvalidDocument(vec![Problem::error(
                "/metadata/title",
                "required",
                "Missing data for required field."
            )])),
            (
                400,
                json!({"status": 400, "message": "A validation error occurred.", "errors": [
                    {"field": "metadata.title", "messages": ["Missing data for required field."], "code": "required", "severity": "error"}
                ]})
            )
        );
    }

    #[test]
    fn a_deleted_record_leaves_its_tombstone() {
        let id = "akd9f-9vg25".parse().unwrap();
        let (status, body) = told(Error::Gone(id, Box::new(json!({"note": "n"}))));

        assert_eq!(status, 410);
        assert_eq!(
            body,
            json!({"status": 410, "message": "Record deleted", "tombstone": {"note": "n"}})
        );
    }

    #[test]
    fn what_is_not_available_is_named_with_when_to_try_again() {
        let error = Error::unavailable("search", std::io::Error::other("refused"));
        let response = Failure::from(error).into_response();

        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }

    #[test]
    fn what_is_full_says_so_in_its_own_words_and_when_there_may_be_room() {
        let message = "The queue default has 3 tasks waiting and takes 3 at most.";
        let full =
            || Error::Full { message: message.to_owned(), retry_after: Duration::from_secs(10) };

        assert_eq!(told(full()), (503, json!({"status": 503, "message": message})));
        assert_eq!(Failure::from(full()).into_response().headers()[header::RETRY_AFTER], "10");
    }

    #[test]
    fn an_exporters_failure_is_a_bad_gateway_and_any_other_plugins_is_not() {
        let error =
            || Error::Plugin { plugin: "export".parse().unwrap(), message: "no".to_owned() };

        assert_eq!(Failure::Export(error()).status(), StatusCode::BAD_GATEWAY);
        assert_eq!(Failure::Service(error()).status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn our_own_faults_keep_their_details_to_themselves() {
        let (status, body) =
            told(Error::internal("row 7 of records lies", std::io::Error::other("x")));

        assert_eq!(status, 500);
        assert!(!body.to_string().contains("row 7"));
    }
}
