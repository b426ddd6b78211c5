//! HTTP to the hosts that the operator has granted, for tasks. Needs the capability `fetch`.
//!
//! The host sends each request once, follows no redirection, and says itself who asks (`user-agent`).

/// Sends requests. A plugin's tests have one of their own.
pub trait Fetch {
    /// Sends all of them, several at a time, and answers by position when all are done.
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, FetchError>>;
}

/// What is asked of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// Absolute, `http` or `https`.
    pub url: String,
    /// In their order; names may repeat. Those of the connection, `host` and `user-agent` are the host's.
    pub headers: Vec<(String, String)>,
    /// Empty: none.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers or body.
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives it a body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }
}

/// What was answered, whatever its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// A redirection is an answer as any other.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whole, as it came.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchError {
    /// For the plugin.
    pub kind: FetchErrorKind,
    /// For people.
    pub message: String,
}

/// Kinds of [`FetchError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// It is no request that can be sent, or they were too many.
    InvalidRequest,
    /// The operator has not granted this host.
    NotListed,
    /// The host has no public address, and was not granted as a private one.
    NotPublic,
    /// There is no such host, it does not take connections, or breaks them off.
    Unreachable,
    /// There was no whole answer in time.
    Timeout,
    /// The answer is larger than the operator allows.
    TooLarge,
    /// One that this version of the SDK does not know.
    Other,
}

impl FetchError {
    /// Reads what the contract carries: `timeout: there was no whole answer within 30s`.
    pub(crate) fn parse(told: &str) -> Self {
        let (code, message) = told.split_once(": ").unwrap_or(("", told));
        let kind = match code {
            "invalid-request" => FetchErrorKind::InvalidRequest,
            "not-listed" => FetchErrorKind::NotListed,
            "not-public" => FetchErrorKind::NotPublic,
            "unreachable" => FetchErrorKind::Unreachable,
            "timeout" => FetchErrorKind::Timeout,
            "too-large" => FetchErrorKind::TooLarge,
            _ => return Self { kind: FetchErrorKind::Other, message: told.to_owned() },
        };
        Self { kind, message: message.to_owned() }
    }
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for FetchError {}

/// The web as the host reaches it. Natively there is no host, and no answer.
#[derive(Debug, Default, Clone, Copy)]
pub struct HostFetch;

impl Fetch for HostFetch {
    #[cfg(target_arch = "wasm32")]
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, FetchError>> {
        use crate::raw::fetch as raw;

        let asked =
            |Request { method, url, headers, body }| raw::Request { method, url, headers, body };
        let requests: Vec<_> = requests.into_iter().map(asked).collect();
        let told = |answer: Result<raw::Response, String>| match answer {
            Ok(raw::Response { status, headers, body }) => Ok(Response { status, headers, body }),
            Err(told) => Err(FetchError::parse(&told)),
        };
        raw::send(&requests).into_iter().map(told).collect()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, FetchError>> {
        let none = |_| Err(FetchError::parse("there is no host"));
        requests.into_iter().map(none).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_says_is_told_apart() {
        let error = FetchError::parse("not-public: intranet has no public address");

        assert_eq!(error.kind, FetchErrorKind::NotPublic);
        assert_eq!(error.to_string(), "intranet has no public address");
    }

    #[test]
    fn what_a_later_host_says_is_kept_whole() {
        let error = FetchError::parse("too-often: ask again tomorrow");

        assert_eq!(error.kind, FetchErrorKind::Other);
        assert_eq!(error.to_string(), "too-often: ask again tomorrow");
    }
}
