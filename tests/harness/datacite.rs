//! What DataCite is to a repository: its REST API as far as DOIs are written there, with its rules.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use repono_server::config::SecretUrl;
use serde_json::{Map, Value, json};

/// `TUG.REPONO` and its password.
const AUTHORIZATION: &str = "Basic VFVHLlJFUE9OTzpzM2NyZXQ=";
const JSON_API: &str = "application/vnd.api+json";
/// What cannot be left out of a DOI that is more than a draft.
const MANDATORY: [&str; 5] = ["creators", "titles", "publisher", "publicationYear", "types"];

/// A DataCite on the loopback.
pub struct DataCite {
    /// Where it is, without name and password.
    pub address: String,
    shared: Arc<Mutex<Shared>>,
}

/// A DOI there.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldDoi {
    /// `draft`, `registered` or `findable`.
    pub state: String,
    /// What it resolves to.
    pub url: String,
    /// All else that was said of it.
    pub metadata: Map<String, Value>,
}

/// How it fails at a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never answers.
    Hangs,
    /// It answers with this status, and with when to come back if there is a number.
    Answers(u16, Option<u32>),
    /// It begins to answer, and cuts the connection.
    Cuts,
    /// It does what it is asked, and then does the same.
    CutsAfterwards,
    /// Its answer is no JSON.
    Garbles,
}

#[derive(Default)]
struct Shared {
    dois: BTreeMap<String, HeldDoi>,
    trouble: VecDeque<Trouble>,
    requests: Vec<String>,
}

impl DataCite {
    /// The prefix that its account may use.
    pub const PREFIX: &'static str = "10.83125";
    /// The prefix of which it keeps drafts alone.
    pub const TEST_PREFIX: &'static str = "10.5072";

    /// One that knows no DOI.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let router = Router::new()
            .route("/dois/{prefix}/{suffix}", any(serve))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// For `doi.url`.
    pub fn url(&self) -> SecretUrl {
        serde_json::from_value(json!(self.url_with("s3cret"))).unwrap()
    }

    /// The same with another password.
    pub fn url_with(&self, password: &str) -> String {
        self.address.replace("http://", &format!("http://TUG.REPONO:{password}@"))
    }

    /// A DOI, if it knows it.
    pub fn doi(&self, doi: &str) -> Option<HeldDoi> {
        self.shared.lock().unwrap().dois.get(doi).cloned()
    }

    /// All that it was asked, with its authorisation or without: `PUT 10.83125/akd9f-9vg25 publish`.
    pub fn requests(&self) -> Vec<String> {
        self.shared.lock().unwrap().requests.clone()
    }

    /// How it fails at the next requests, one after another.
    pub fn fails(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.shared.lock().unwrap().trouble.extend(troubles);
    }
}

async fn serve(
    State(shared): State<Arc<Mutex<Shared>>>,
    Path((prefix, suffix)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let doi = format!("{prefix}/{suffix}");
    let body = serde_json::from_slice::<Value>(&body).ok();
    let attributes = body.and_then(|body| body.pointer("/data/attributes")?.as_object().cloned());
    let trouble = {
        let mut shared = shared.lock().unwrap();
        let event = attributes.as_ref().and_then(|attributes| attributes.get("event")?.as_str());
        shared.requests.push(format!("{method} {doi} {}", event.unwrap_or("-")));
        shared.trouble.pop_front()
    };
    match trouble {
        Some(Trouble::Hangs) => std::future::pending().await,
        Some(Trouble::Answers(status, retry_after)) => {
            let status = StatusCode::from_u16(status).unwrap();
            let mut answer = refused(status, &[(None, "Try again later")]);
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            return answer;
        }
        Some(Trouble::Cuts) => return cut(),
        Some(Trouble::Garbles) => {
            return (StatusCode::OK, r#"{"data": {"attributes"#).into_response();
        }
        Some(Trouble::CutsAfterwards) | None => {}
    }
    let answer = shared.lock().unwrap().answer(&doi, &prefix, &method, &headers, attributes);
    if trouble.is_some() { cut() } else { answer }
}

impl Shared {
    fn answer(
        &mut self,
        doi: &str,
        prefix: &str,
        method: &Method,
        headers: &HeaderMap,
        attributes: Option<Map<String, Value>>,
    ) -> Response {
        let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
        if said(header::AUTHORIZATION) != Some(AUTHORIZATION) {
            return refused(StatusCode::UNAUTHORIZED, &[(None, "Bad credentials.")]);
        }
        if ![DataCite::PREFIX, DataCite::TEST_PREFIX].contains(&prefix) {
            let why = "You are not authorized to access this resource.";
            return refused(StatusCode::FORBIDDEN, &[(None, why)]);
        }
        match (method, attributes) {
            (&Method::PUT, Some(attributes)) if said(header::CONTENT_TYPE) == Some(JSON_API) => {
                self.write(doi, prefix, attributes)
            }
            (&Method::PUT, _) => {
                refused(StatusCode::BAD_REQUEST, &[(None, "You need to provide a payload.")])
            }
            (&Method::DELETE, _) => self.delete(doi),
            _ => refused(StatusCode::METHOD_NOT_ALLOWED, &[(None, "Method not allowed")]),
        }
    }

    /// Attributes that are not sent stay as they are.
    fn write(&mut self, doi: &str, prefix: &str, attributes: Map<String, Value>) -> Response {
        let is_new = !self.dois.contains_key(doi);
        let mut held = self.dois.get(doi).cloned().unwrap_or_else(|| HeldDoi {
            state: "draft".to_owned(),
            url: String::new(),
            metadata: Map::new(),
        });
        let mut event = String::new();
        for (name, value) in attributes {
            let text = value.as_str().unwrap_or_default().to_owned();
            match name.as_str() {
                "event" => event = text,
                "url" => held.url = text,
                "doi" if text == doi => {}
                "doi" => {
                    return refused(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        &[(Some("doi"), "is another")],
                    );
                }
                _ => drop(held.metadata.insert(name, value)),
            }
        }
        // No event takes a DOI back to a draft, nor makes more of one with the test prefix.
        let becomes = match (event.as_str(), held.state.as_str()) {
            _ if prefix == DataCite::TEST_PREFIX => None,
            ("publish", _) => Some("findable"),
            ("register", "draft") | ("hide", "findable") => Some("registered"),
            _ => None,
        };
        held.state = becomes.map_or(held.state, str::to_owned);
        let lacking = lacking(&held);
        if !lacking.is_empty() && held.state != "draft" {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, &lacking);
        }
        let answer = json!({"data": {"id": doi, "type": "dois", "attributes": {"doi": doi, "state": held.state, "url": held.url}}});
        self.dois.insert(doi.to_owned(), held);
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        (status, [(header::CONTENT_TYPE, JSON_API)], answer.to_string()).into_response()
    }

    /// Drafts alone.
    fn delete(&mut self, doi: &str) -> Response {
        match self.dois.get(doi).map(|held| held.state == "draft") {
            None => {
                let why = "The resource you are looking for doesn't exist.";
                refused(StatusCode::NOT_FOUND, &[(None, why)])
            }
            Some(true) => {
                self.dois.remove(doi);
                StatusCode::NO_CONTENT.into_response()
            }
            Some(false) => refused(StatusCode::METHOD_NOT_ALLOWED, &[(None, "Method not allowed")]),
        }
    }
}

/// What a DOI lacks that is to be more than a draft.
fn lacking(held: &HeldDoi) -> Vec<(Option<&'static str>, &'static str)> {
    let is_blank = |name: &str| match held.metadata.get(name) {
        None | Some(Value::Null) => true,
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    };
    let mut lacking: Vec<_> = MANDATORY
        .into_iter()
        .filter(|name| is_blank(name))
        .map(|name| (Some(name), "can't be blank"))
        .collect();
    if !held.url.starts_with("http") {
        lacking.push((Some("url"), "is invalid"));
    }
    lacking
}

fn refused(status: StatusCode, errors: &[(Option<&str>, &str)]) -> Response {
    let error = |(source, title): &(Option<&str>, &str)| {
        let mut error = json!({"status": status.as_u16().to_string(), "title": title});
        if let Some(source) = source {
            error["source"] = json!(source);
        }
        error
    };
    let errors: Vec<_> = errors.iter().map(error).collect();
    let body = json!({"errors": errors}).to_string();
    (status, [(header::CONTENT_TYPE, JSON_API)], body).into_response()
}

fn cut() -> Response {
    let parts = [Ok(Bytes::from_static(b"{\"data\":")), Err(std::io::Error::other("cut"))];
    Response::new(Body::from_stream(futures::stream::iter(parts)))
}
