//! What DataCite answers.

use std::time::Duration;

use repono_domain::DoiState;
use repono_service::{Error, Result};
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::unavailable;

/// Bytes of an answer that are read: it repeats the whole metadata.
const LONGEST_ANSWER: usize = 8 << 20;
/// How many of its complaints are told.
const MOST_COMPLAINTS: usize = 50;
/// Characters of a complaint that are told.
const LONGEST_COMPLAINT: usize = 300;
/// It is asked again after so long at most, whatever it says.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// A status, and what was said with it.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) async fn read(mut response: Response) -> Result<Self> {
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| value.trim().parse().ok());
        let retry_after =
            retry_after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE));
        let mut body = Vec::new();
        while let Some(part) =
            response.chunk().await.map_err(|error| unavailable(error.without_url()))?
        {
            if body.len() + part.len() > LONGEST_ANSWER {
                return Err(unavailable("its answer is longer than 8 MiB"));
            }
            body.extend_from_slice(&part);
        }
        Ok(Self { status, retry_after, body })
    }

    /// How the DOI stands that was written.
    pub(super) fn state(&self) -> Result<DoiState> {
        let body: Value = serde_json::from_slice(&self.body)
            .map_err(|error| unavailable(format!("its answer cannot be read: {error}")))?;
        let state = body.pointer("/data/attributes/state").and_then(Value::as_str);
        state
            .and_then(DoiState::from_stored)
            .ok_or_else(|| unavailable("its answer does not say how the DOI stands"))
    }

    /// Why it is no success, and whether it may be one later.
    pub(super) fn refusal(&self, doi: &str) -> Error {
        let status = self.status;
        let complaints = self.complaints();
        let said = if complaints.is_empty() {
            String::new()
        } else {
            format!(": {}", complaints.join("; "))
        };
        let is_later = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        match self.retry_after {
            Some(retry_after) if is_later => Error::Full {
                message: format!(
                    "the registration agency wants to be asked again later ({status}{said})"
                ),
                retry_after,
            },
            None if is_later => unavailable(format!("it answered {status}{said}")),
            _ => Error::Invalid(format!("the registration agency refuses {doi} ({status}{said})")),
        }
    }

    /// `{"errors": [{"source": "creators", "title": "can't be blank"}]}`
    fn complaints(&self) -> Vec<String> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
        let complaint = |error: &Value| {
            let text = |name: &str| error.get(name).and_then(Value::as_str);
            let title = text("title").or_else(|| text("detail"))?;
            let told = match text("source") {
                Some(source) => format!("{source}: {title}"),
                None => title.to_owned(),
            };
            Some(told.chars().take(LONGEST_COMPLAINT).collect())
        };
        errors.filter_map(complaint).take(MOST_COMPLAINTS).collect()
    }
}

#[cfg(test)]
mod tests {
    use repono_service::Kind;

    use super::*;

    fn refusal(status: u16, retry_after: Option<u64>, body: &str) -> Error {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_secs),
            body: body.as_bytes().to_vec(),
        };
        answer.refusal("10.5072/a")
    }

    #[test]
    fn what_may_work_later_is_told_from_what_never_will() {
        for (status, retry_after, kind) in [
            (429, None, Kind::Unavailable),
            (429, Some(7), Kind::Unavailable),
            (500, None, Kind::Unavailable),
            (503, Some(7), Kind::Unavailable),
            (301, None, Kind::Invalid),
            (400, Some(7), Kind::Invalid),
            (401, None, Kind::Invalid),
            (403, None, Kind::Invalid),
            (404, None, Kind::Invalid),
            (405, None, Kind::Invalid),
            (422, None, Kind::Invalid),
        ] {
            assert_eq!(refusal(status, retry_after, "{").kind(), kind, "{status}");
        }
        let full = refusal(429, Some(7), "");
        assert!(matches!(full, Error::Full { retry_after, .. } if retry_after.as_secs() == 7));
    }

    #[test]
    fn every_complaint_is_told_in_its_own_words() {
        let long = "x".repeat(1000);
        let body = format!(
            r#"{{"errors": [{{"source": "creators", "title": "can't be blank"}}, {{"title": "Url is invalid"}}, {{}}, {{"title": "{long}"}}]}}"#
        );

        let told = refusal(422, None, &body).to_string();

        let expected = "the registration agency refuses 10.5072/a (422 Unprocessable Entity: creators: can't be blank; Url is invalid; xxx";
        assert!(told.starts_with(expected), "{told}");
        assert!(told.len() < 500, "{told}");
    }
}
