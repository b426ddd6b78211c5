//! Signed requests: one JSON document each way.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use http::Request;
use repono_service::ports::Clock;
use repono_service::{Error, Result};
use reqwest::StatusCode;
use serde_json::Value;

use super::address::Address;
use crate::brokers::{BrokerOptions, unavailable};
use crate::http_client;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_mins(1);
/// Bytes of an answer that are read: more than ten messages of ours.
const LONGEST_ANSWER: usize = 1 << 20;

pub(super) struct Client {
    http: reqwest::Client,
    address: Address,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no such queue.
    NoQueue,
    Other(Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoQueue => unavailable("the queue has been removed"),
            Refusal::Other(error) => error,
        }
    }
}

impl Client {
    pub(super) fn new(
        address: Address,
        options: &BrokerOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let is_secure = address.endpoint.scheme() == "https";
        let http = http_client::builder(is_secure, options.certificates.as_deref())?
            .connect_timeout(options.timeout)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| Error::internal("no HTTP client for SQS", error))?;
        Ok(Self { http, address, clock, timeout: options.timeout })
    }

    pub(super) fn fifo(&self) -> bool {
        self.address.fifo
    }

    /// What the service answers to `action`, which may itself take `patience`.
    pub(super) async fn ask(
        &self,
        action: &str,
        question: &Value,
        patience: Duration,
    ) -> Result<Value, Refusal> {
        let request = self.signed(action, question.to_string()).map_err(Refusal::Other)?;
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| Refusal::Other(Error::internal("a request to SQS", error)))?;
        *request.timeout_mut() = Some(self.timeout + patience);
        let failed = |error: reqwest::Error| Refusal::Other(unavailable(error.without_url()));
        let mut answer = self.http.execute(request).await.map_err(failed)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST_ANSWER {
                return Err(Refusal::Other(unavailable("SQS answers more than was asked for")));
            }
        }
        judge(status, &body)
    }

    fn signed(&self, action: &str, body: String) -> Result<Request<String>> {
        let wrong = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::internal("a request to SQS cannot be signed", error)
        };
        let Address { endpoint, region, key, secret, .. } = &self.address;
        let mut request = Request::post(endpoint.as_str())
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .body(body)
            .map_err(|error| wrong(error.into()))?;
        let identity = Credentials::from_keys(key, secret, None).into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("sqs")
            .time(SystemTime::from(self.clock.now()))
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| wrong(error.into()))?;
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| value.to_str().ok().map(|value| (name.as_str(), value)));
        let signable = SignableRequest::new(
            "POST",
            endpoint.as_str(),
            headers,
            SignableBody::Bytes(request.body().as_bytes()),
        );
        let signable = signable.map_err(|error| wrong(error.into()))?;
        let signed = sign(signable, &parameters.into()).map_err(|error| wrong(error.into()))?;
        let (instructions, _) = signed.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

fn judge(status: StatusCode, body: &[u8]) -> Result<Value, Refusal> {
    if status.is_success() && body.is_empty() {
        return Ok(Value::Null);
    }
    let answer: Value = serde_json::from_slice(body).map_err(|_| {
        Refusal::Other(unavailable(format!("SQS answers {status} and nothing that can be read")))
    })?;
    if status.is_success() {
        return Ok(answer);
    }
    let kind = answer["__type"].as_str().unwrap_or_default();
    if kind.ends_with("QueueDoesNotExist") || kind.ends_with("NonExistentQueue") {
        return Err(Refusal::NoQueue);
    }
    let message = answer["message"].as_str().or(answer["Message"].as_str()).unwrap_or_default();
    Err(Refusal::Other(unavailable(format!("SQS answers {status}: {kind} {message}"))))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    struct Then;

    impl Clock for Then {
        fn now(&self) -> Timestamp {
            "2026-03-01T12:00:00Z".parse().unwrap()
        }
    }

    #[test]
    fn requests_are_signed_for_their_region_and_hour() {
        let address = Address::read("sqs://AKIA:secret@sqs.eu-central-1.amazonaws.com").unwrap();
        let client = Client::new(address, &BrokerOptions::sample("t-"), Arc::new(Then)).unwrap();

        let request = client.signed("ListQueues", "{}".to_owned()).unwrap();

        let signature = request.headers()["authorization"].to_str().unwrap();
        assert!(
            signature.starts_with(
                "AWS4-HMAC-SHA256 Credential=AKIA/20260301/eu-central-1/sqs/aws4_request, "
            ),
            "{signature}"
        );
        assert!(signature.contains("x-amz-target"), "{signature}");
    }

    #[test]
    fn a_queue_that_is_gone_is_told_from_other_refusals() {
        let gone = br#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"}"#;
        let denied = br#"{"__type":"com.amazonaws.sqs#AccessDenied","message":"no"}"#;

        assert!(matches!(judge(StatusCode::BAD_REQUEST, gone), Err(Refusal::NoQueue)));
        assert!(matches!(judge(StatusCode::FORBIDDEN, denied), Err(Refusal::Other(_))));
        assert!(matches!(judge(StatusCode::BAD_GATEWAY, b"<html>"), Err(Refusal::Other(_))));
    }
}
