//! What the server answers when it does not do what it was asked.

use std::io::Read;

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::Body;
use ureq::http::{Response, StatusCode};

use crate::failure::{Code, failure};

/// The most of an error that is read.
const ERROR_BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
    /// Of `/health/ready`.
    #[serde(default)]
    broken: Vec<String>,
    #[serde(default)]
    errors: Vec<FieldErrors>,
}

#[derive(Deserialize)]
struct FieldErrors {
    field: String,
    messages: Vec<String>,
}

/// The answer's body, or what the server says went wrong.
pub(super) fn check(answer: Response<Body>) -> anyhow::Result<impl Read + use<>> {
    let status = answer.status();
    let body = answer.into_body();
    if status.is_success() {
        return Ok(body.into_with_config().limit(u64::MAX).reader());
    }
    let text = body
        .into_with_config()
        .limit(ERROR_BYTES)
        .lossy_utf8(true)
        .read_to_string()
        .unwrap_or_default();
    Err(failure(code(status), sentence(status, &text)))
}

fn code(status: StatusCode) -> Code {
    match status.as_u16() {
        404 | 410 => Code::NotFound,
        409 | 412 => Code::Conflict,
        429 | 502..=504 => Code::Unavailable,
        _ => Code::Failed,
    }
}

/// The server's sentence, and a line for each field that is wrong.
fn sentence(status: StatusCode, text: &str) -> String {
    let Ok(Refusal { message, broken, errors }) = serde_json::from_str(text) else {
        return format!("the server answered {status}");
    };
    if !broken.is_empty() {
        return format!("it gets no answer of: {}", broken.join(", "));
    }
    let hint = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            " Give it a token that may do this with --token."
        }
        _ => "",
    };
    let fields =
        errors.iter().map(|error| format!("\n  {}: {}", error.field, error.messages.join(" ")));
    format!("{message}{hint}{}", fields.collect::<String>())
}

/// What failed when part of the answer had been sent already: its last line is `{"error": …}`.
pub(super) fn check_line(line: Value) -> anyhow::Result<Value> {
    let Some(error) = line.get("error").filter(|_| line.get("done") != Some(&Value::Bool(true)))
    else {
        return Ok(line);
    };
    let status =
        error.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let status = status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text =
        if error.is_string() { json!({"message": error}).to_string() } else { error.to_string() };
    Err(failure(code(status), sentence(status, &text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_told() {
        let text = r#"{"status":400,"message":"A validation error occurred.","errors":[{"field":"payload.n","messages":["Too large."]}]}"#;

        assert_eq!(
            sentence(StatusCode::BAD_REQUEST, text),
            "A validation error occurred.\n  payload.n: Too large."
        );
    }

    #[test]
    fn an_answer_of_something_else_is_told_by_its_status() {
        assert_eq!(
            sentence(StatusCode::BAD_GATEWAY, "<html>"),
            "the server answered 502 Bad Gateway"
        );
    }

    #[test]
    fn a_failure_after_the_beginning_is_one_too() {
        let error =
            check_line(json!({"error": {"status": 409, "message": "Somebody was faster."}}))
                .unwrap_err();

        assert_eq!(crate::failure::code(&error), Code::Conflict);
        assert_eq!(error.to_string(), "Somebody was faster.");
        assert!(check_line(json!({"line": 1, "status": "created"})).is_ok());
    }
}
