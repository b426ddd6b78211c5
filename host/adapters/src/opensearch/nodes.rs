//! The nodes of a cluster, which take turns. One that does not answer rests for a while.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use repono_service::{Error, Result};
use reqwest::Url;
use reqwest::header::HeaderValue;

use super::options::SearchOptions;

/// How long a node that did not answer is left alone, as long as another does.
const REST: Duration = Duration::from_secs(30);

pub(super) struct Nodes {
    all: Vec<Node>,
    turn: AtomicUsize,
    begin: Instant,
}

pub(super) struct Node {
    /// Without a name and a password, so that it may be told.
    pub(super) url: Url,
    pub(super) authorization: Option<HeaderValue>,
    /// Milliseconds after `begin` until which it rests.
    rests_until: AtomicU64,
}

impl Nodes {
    pub(super) fn new(options: &SearchOptions) -> Result<Self> {
        let nodes = options.urls.iter().map(|url| Node::new(url, options));
        let nodes: Vec<_> = nodes.collect::<Result<_>>()?;
        if nodes.is_empty() {
            return Err(Error::Invalid("no URL of a search cluster was given".to_owned()));
        }
        Ok(Self { all: nodes, turn: AtomicUsize::new(0), begin: Instant::now() })
    }

    pub(super) fn any_is_secure(&self) -> bool {
        self.all.iter().any(|node| node.url.scheme() == "https")
    }

    /// All of them, in the order in which they are to be asked: those that rest come last.
    pub(super) fn in_turn(&self) -> Vec<&Node> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.all.len();
        let mut nodes: Vec<_> =
            (0..count).map(|place| &self.all[first.wrapping_add(place) % count]).collect();
        let now = self.now();
        nodes.sort_by_key(|node| node.rests_until.load(Ordering::Relaxed) > now);
        nodes
    }

    pub(super) fn did_not_answer(&self, node: &Node) {
        let rest = u64::try_from(REST.as_millis()).unwrap_or(u64::MAX);
        node.rests_until.store(self.now().saturating_add(rest), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Node {
    pub(super) fn answered(&self) {
        if self.rests_until.load(Ordering::Relaxed) != 0 {
            self.rests_until.store(0, Ordering::Relaxed);
        }
    }

    fn new(text: &str, options: &SearchOptions) -> Result<Self> {
        // The text may hold a password: it is not repeated.
        let wrong = |what: &str| Error::Invalid(format!("the URL of a search cluster {what}"));
        let mut url = Url::parse(text).map_err(|error| wrong(&format!("is none: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong("begins with neither http:// nor https://"));
        }
        let from_url = (!url.username().is_empty())
            .then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
        let from_options = options
            .username
            .clone()
            .map(|name| (name, options.password.clone().unwrap_or_default()));
        let authorization =
            from_url.or(from_options).map(|(name, password)| basic(&name, &password));
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return Err(wrong("cannot be one of a server"));
        }
        url.set_query(None);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let authorization =
            authorization.transpose().map_err(|_| wrong("has a name that cannot be sent"))?;
        Ok(Self { url, authorization, rests_until: AtomicU64::new(0) })
    }
}

fn basic(name: &str, password: &str) -> Result<HeaderValue, reqwest::header::InvalidHeaderValue> {
    let credentials = BASE64_STANDARD.encode(format!("{name}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {credentials}"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(nodes: &Nodes) -> Vec<String> {
        nodes.in_turn().iter().map(|node| node.url.host_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn nodes_take_turns_and_one_that_does_not_answer_comes_last() {
        let urls = ["http://a", "http://b", "http://c"].map(str::to_owned).to_vec();
        let nodes = Nodes::new(&SearchOptions { urls, ..SearchOptions::new("") }).unwrap();

        assert_eq!(hosts(&nodes), ["a", "b", "c"]);
        assert_eq!(hosts(&nodes), ["b", "c", "a"]);
        nodes.did_not_answer(&nodes.all[2]);
        assert_eq!(hosts(&nodes), ["a", "b", "c"]);
        assert_eq!(hosts(&nodes), ["a", "b", "c"]);
        assert_eq!(hosts(&nodes), ["b", "a", "c"]);
        nodes.all[2].answered();
        assert_eq!(hosts(&nodes)[0], "c");
    }

    #[test]
    fn a_password_is_sent_and_never_shown() {
        let options = SearchOptions {
            username: Some("other".to_owned()),
            password: Some("hidden".to_owned()),
            ..SearchOptions::new("https://ada:s%40fe@search.example.org/cluster")
        };
        let nodes = Nodes::new(&options).unwrap();

        let authorization = nodes.all[0].authorization.as_ref().unwrap();
        assert_eq!(authorization.as_bytes(), b"Basic YWRhOnNAZmU=");
        assert!(authorization.is_sensitive());
        assert_eq!(nodes.all[0].url.as_str(), "https://search.example.org/cluster/");
        let shown = format!("{options:?}");
        assert!(!shown.contains("s%40fe") && !shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn what_is_no_url_is_refused_without_repeating_it() {
        for url in ["", "search:9200", "ftp://ada:secret@host", "postgres://ada:secret@host/x"] {
            let refused = Nodes::new(&SearchOptions::new(url)).err().unwrap().to_string();

            assert!(!refused.contains("secret"), "{refused}");
        }
        let none = SearchOptions { urls: Vec::new(), ..SearchOptions::new("") };
        assert!(Nodes::new(&none).is_err());
    }
}
