//! The API, from a command's side: the same routes for a server that runs and for one that the
//! command starts for itself.

mod answer;
mod connection;

use std::io::{BufRead as _, BufReader, Read};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

pub(crate) use self::connection::{Global, with_server};
use crate::failure::{Code, failure};

const CONNECT: Duration = Duration::from_secs(10);
const JSON: &str = "application/json";
/// Of newline-delimited JSON.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// Talks to one server as one caller.
pub(crate) struct Client {
    agent: Agent,
    /// Without a slash at the end, and without `/api`.
    url: String,
    token: Option<String>,
}

/// What is sent with a request.
#[derive(Clone, Copy)]
pub(crate) enum Sent<'a> {
    Nothing,
    Json(&'a Value),
    /// JSON, and the key under which the same may be sent again.
    Keyed(&'a str, &'a Value),
    Bytes(&'static str, &'a [u8]),
}

impl Client {
    /// A client of a server anywhere.
    pub(crate) fn new(url: &str, token: Option<String>) -> Self {
        Self::over(Agent::config_builder(), url, token)
    }

    /// A client of a server on this machine, which no proxy leads to.
    fn local(url: &str, secret: String) -> Self {
        Self::over(Agent::config_builder().proxy(None), url, Some(secret))
    }

    fn over(
        config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>,
        url: &str,
        token: Option<String>,
    ) -> Self {
        let agent =
            config.http_status_as_error(false).timeout_connect(Some(CONNECT)).build().new_agent();
        let url = url.trim_end_matches('/');
        Self { agent, url: url.strip_suffix("/api").unwrap_or(url).to_owned(), token }
    }

    /// Where the server is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Reads. Paths are those below `/api`.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.json(Method::GET, path, Sent::Nothing)
    }

    /// Asks for something to be done.
    pub(crate) fn post(&self, path: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
        self.json(Method::POST, path, sent)
    }

    /// Replaces.
    pub(crate) fn put(&self, path: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
        self.json(Method::PUT, path, sent)
    }

    /// Removes.
    pub(crate) fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.json(Method::DELETE, path, Sent::Nothing)
    }

    /// Asks whether the server can work.
    pub(crate) fn ready(&self) -> anyhow::Result<()> {
        self.send(Method::GET, "/health/ready", JSON, Sent::Nothing).map(drop)
    }

    fn json(&self, method: Method, path: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
        let mut text = String::new();
        self.send(method, &format!("/api{path}"), JSON, sent)?
            .read_to_string(&mut text)
            .with_context(|| self.broke_off())?;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).with_context(|| {
            format!("{} answered with something that is not JSON: is it a Repono server?", self.url)
        })
    }

    /// Asks for something that answers line by line.
    pub(crate) fn lines(
        &self,
        method: Method,
        path: &str,
        sent: Sent<'_>,
    ) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Value>>> {
        let answer = BufReader::new(self.send(method, &format!("/api{path}"), NDJSON, sent)?);
        let lines = answer
            .lines()
            .filter(|line| line.as_ref().map_or(true, |line| !line.trim().is_empty()));
        let broke_off = move || failure(Code::Unavailable, "the server's answer broke off");
        Ok(lines.map(move |line| {
            let line = line.map_err(|_| broke_off())?;
            answer::check_line(serde_json::from_str(&line).map_err(|_| broke_off())?)
        }))
    }

    /// Asks for bytes.
    pub(crate) fn download(&self, path: &str, accept: &str) -> anyhow::Result<impl Read> {
        self.send(Method::GET, &format!("/api{path}"), accept, Sent::Nothing)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        sent: Sent<'_>,
    ) -> anyhow::Result<impl Read + use<>> {
        let allows_body = method == Method::POST;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("accept", accept);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let wrong = "the request cannot be made: look at --url and --token";
        let answer = match sent {
            // Some proxies want a length even of nothing.
            Sent::Nothing if allows_body => self.agent.run(request.body(&[][..]).context(wrong)?),
            Sent::Nothing => self.agent.run(request.body(()).context(wrong)?),
            Sent::Json(value) => self
                .agent
                .run(request.header("content-type", JSON).body(value.to_string()).context(wrong)?),
            Sent::Keyed(key, value) => {
                let request = request.header("content-type", JSON).header("idempotency-key", key);
                self.agent.run(request.body(value.to_string()).context(wrong)?)
            }
            Sent::Bytes(media_type, bytes) => self
                .agent
                .run(request.header("content-type", media_type).body(bytes).context(wrong)?),
        };
        let answer = answer.map_err(|error| {
            failure(
                Code::Unavailable,
                format!("the server at {} does not answer: {error}", self.url),
            )
        })?;
        answer::check(answer)
    }

    fn broke_off(&self) -> String {
        format!("the answer of {} broke off", self.url)
    }
}

/// A text as it may stand in a path or a query.
pub(crate) fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// `path?a=b&c=d`, of the parameters that have a value.
pub(crate) fn with_query(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given =
        parameters.iter().filter_map(|&(name, value)| Some(format!("{name}={}", encode(value?))));
    let query = given.collect::<Vec<_>>().join("&");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_what_was_given() {
        let path = with_query(
            "/admin/tasks",
            &[("state", Some("dead")), ("kind", None), ("q", Some("a b/ü"))],
        );

        assert_eq!(path, "/admin/tasks?state=dead&q=a%20b%2F%C3%BC");
    }

    #[test]
    fn the_url_may_end_as_it_likes() {
        for url in [
            "http://a.example",
            "http://a.example/",
            "http://a.example/api",
            "http://a.example/api/",
        ] {
            assert_eq!(Client::new(url, None).url(), "http://a.example");
        }
    }
}
