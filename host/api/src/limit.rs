//! How many requests one caller may make: who it is, and what the answer says of it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;
use repono_domain::Caller;
use repono_service::limits::{Standing, Subject, admit};

use crate::error::Failure;
use crate::options::App;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Who is counted for a request of `caller`; of none if the token that it carries is no good. Probes and
/// metrics are as many as come, as are the commands of this machine, and everything if there are no limits.
pub(crate) fn subject(app: &App, caller: Option<&Caller>, request: &Request) -> Option<Subject> {
    if app.services.settings.limits.is_empty()
        || !request.uri().path().starts_with("/api")
        || matches!(caller, Some(Caller::System))
    {
        return None;
    }
    match caller.and_then(Caller::user) {
        Some(user) => Some(Subject::User(user)),
        None => address(request.headers(), request.extensions(), &app.options.trusted_proxies)
            .map(Subject::Guest),
    }
}

/// Counts a request. Answers what the caller is to be told.
pub(crate) async fn count(app: &App, subject: Subject) -> Result<Option<Standing>, Failure> {
    match admit(&app.services, subject).await {
        Some(standing) if standing.remaining.is_none() => Err(Failure::TooMany(standing)),
        standing => Ok(standing),
    }
}

/// Says how a caller stands.
pub(crate) fn tell(headers: &mut HeaderMap, standing: &Standing) {
    headers.insert(LIMIT, HeaderValue::from(standing.rate.most()));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining.unwrap_or_default()));
    headers.insert(RESET, HeaderValue::from(standing.resets.as_second()));
    if standing.remaining.is_none() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(standing)));
    }
}

/// Until all that was counted lies in the stretch before, rounded up.
pub(crate) fn seconds(standing: &Standing) -> u64 {
    standing.resets_in.as_secs() + 1
}

/// Where a request comes from: of the addresses that proxies name, the last that no proxy of ours has.
fn address(headers: &HeaderMap, extensions: &Extensions, trusted: &[IpNet]) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let is_trusted = |address: &IpAddr| {
        let address = address.to_canonical();
        trusted.iter().any(|network| network.contains(&address))
    };
    let mut address = peer.ip();
    let named = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
    for before in named.into_iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        // Whoever writes something else is the one who asks.
        let Ok(before) = before.trim().parse() else { break };
        address = before;
    }
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        address(&headers, &extensions, &trusted).unwrap().to_string()
    }

    #[test]
    fn only_proxies_that_are_trusted_are_believed() {
        let ours = ["127.0.0.1/32", "10.0.0.0/8"];

        assert_eq!(found("192.0.2.7", &["198.51.100.1"], &ours), "192.0.2.7");
        assert_eq!(found("127.0.0.1", &["198.51.100.1"], &[]), "127.0.0.1");
        assert_eq!(found("127.0.0.1", &["198.51.100.1"], &ours), "198.51.100.1");
        assert_eq!(found("::ffff:127.0.0.1", &["198.51.100.1"], &ours), "198.51.100.1");
    }

    #[test]
    fn what_a_client_says_of_itself_does_not_count() {
        let ours = ["127.0.0.1/32", "10.0.0.0/8"];

        assert_eq!(found("127.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.9"], &ours), "198.51.100.1");
        assert_eq!(found("127.0.0.1", &["1.1.1.1", "198.51.100.1"], &ours), "198.51.100.1");
        assert_eq!(found("127.0.0.1", &["unknown"], &ours), "127.0.0.1");
        assert_eq!(found("127.0.0.1", &["10.0.0.1"], &ours), "10.0.0.1");
    }
}
