//! HTTP for plugins: what may be sent, and where to.

use futures::{StreamExt as _, stream};
use url::Url;

use crate::Services;
use crate::ports::{Description, FetchFailure, FetchRequest, FetchTarget, Fetched, Hosts};

/// Headers that are the host's own: of the connection, and of who sends the request.
const OWN_HEADERS: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// Methods that are not about what a URL names.
const OWN_METHODS: [&str; 2] = ["CONNECT", "TRACE"];

/// Sends a plugin's requests to hosts that are listed, a few at a time, and answers by position.
#[tracing::instrument(name = "plugins.fetch", skip_all, fields(plugin.name = %plugin.name, requests = requests.len()))]
pub(crate) async fn fetch(
    services: &Services,
    plugin: &Description,
    hosts: &Hosts,
    requests: Vec<FetchRequest>,
) -> Vec<Fetched> {
    let bounds = &services.settings.plugins;
    if requests.len() > bounds.fetch_requests {
        let why = format!(
            "{} requests at once are too many: {} may be",
            requests.len(),
            bounds.fetch_requests
        );
        return requests.iter().map(|_| Err(FetchFailure::Invalid(why.clone()))).collect();
    }
    let agent = agent(services, plugin);
    let each = requests.into_iter().map(|mut request| {
        let target = target(&request, hosts, bounds.fetch.bytes);
        request.headers.push(("user-agent".to_owned(), agent.clone()));
        async move { services.fetcher.fetch(&target?, request, bounds.fetch).await }
    });
    stream::iter(each).buffered(bounds.fetch_at_a_time.max(1)).collect().await
}

/// Says whose robot it is, and where its owner is found.
fn agent(services: &Services, plugin: &Description) -> String {
    format!(
        "repono/{} (+{}) {}/{}",
        env!("CARGO_PKG_VERSION"),
        services.settings.site_url,
        plugin.name,
        plugin.version
    )
}

/// Where a request goes, if it may.
fn target(
    request: &FetchRequest,
    hosts: &Hosts,
    most_bytes: usize,
) -> Result<FetchTarget, FetchFailure> {
    let invalid = |why: String| Err(FetchFailure::Invalid(why));
    let url = match Url::parse(&request.url) {
        Ok(url) => url,
        Err(error) => return invalid(format!("{:?} is no URL: {error}", request.url)),
    };
    if !["http", "https"].contains(&url.scheme()) {
        return invalid(format!("the scheme {} is not fetched: http and https are", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid(
            "a URL with a user or password is not fetched: send a header `authorization`"
                .to_owned(),
        );
    }
    if OWN_METHODS.iter().any(|own| request.method.eq_ignore_ascii_case(own)) {
        return invalid(format!("the method {} is not sent", request.method));
    }
    for (name, _) in &request.headers {
        if OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return invalid(format!("the header {name} is the host's own"));
        }
    }
    if request.body.len() > most_bytes {
        return invalid(format!(
            "the body has {} bytes, and may have {most_bytes}",
            request.body.len()
        ));
    }
    match hosts.reach(&url) {
        Some(reach) => Ok(FetchTarget { url, reach }),
        None => Err(FetchFailure::NotListed(authority(&url))),
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Grants, Reach};

    fn hosts() -> Hosts {
        let capabilities = vec!["fetch:example.org".to_owned()];
        Grants { capabilities, settings: None }.hosts().unwrap()
    }

    fn request(method: &str, url: &str) -> FetchRequest {
        FetchRequest { method: method.to_owned(), url: url.to_owned(), ..FetchRequest::default() }
    }

    #[test]
    fn a_request_to_a_listed_host_is_sent_there() {
        let url = "https://example.org/a?b";

        let target = target(&request("HEAD", url), &hosts(), 10).unwrap();

        assert_eq!(target, FetchTarget { url: url.parse().unwrap(), reach: Reach::Public });
    }

    #[test]
    fn a_host_that_is_not_listed_is_named() {
        let refused = target(&request("GET", "http://example.net:81/secret"), &hosts(), 10);

        assert_eq!(refused, Err(FetchFailure::NotListed("example.net:81".to_owned())));
    }

    #[test]
    fn what_is_no_request_of_a_plugin_is_refused() {
        let with_header = |name: &str| FetchRequest {
            headers: vec![(name.to_owned(), "x".to_owned())],
            ..request("GET", "http://example.org/")
        };
        let long = FetchRequest { body: vec![0; 11], ..request("POST", "http://example.org/") };

        for request in [
            request("GET", "/relative"),
            request("GET", "file:///etc/passwd"),
            request("GET", "http://user:secret@example.org/"),
            request("connect", "http://example.org/"),
            with_header("Host"),
            with_header("Transfer-Encoding"),
            with_header("User-Agent"),
            long,
        ] {
            let refused = target(&request, &hosts(), 10);
            assert!(matches!(refused, Err(FetchFailure::Invalid(_))), "{request:?} {refused:?}");
        }
    }
}
