//! Where a cluster is, and how it is spoken to.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use repono_service::ports::{Traces, Untraced};

/// Where a cluster is, and how it is spoken to.
///
/// Shown for debugging, it keeps names and passwords to itself.
#[derive(Clone)]
pub struct SearchOptions {
    /// Its nodes, `https://search.example.org:9200`, with `user:password@` before the host if need be.
    /// They take turns.
    pub urls: Vec<String>,
    /// Name for nodes whose URL has none.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// Begins the names of all indices, so that several servers can share a cluster. No server's
    /// prefix may be the beginning of another's.
    pub prefix: String,
    /// A PEM file of certificates that are trusted beside those of the system.
    pub certificates: Option<PathBuf>,
    /// How long a node may take to be connected to.
    pub connect_timeout: Duration,
    /// How long a request may take, waiting for its turn included.
    pub request_timeout: Duration,
    /// Requests at a time; others wait for their turn.
    pub most_requests: usize,
    /// Parts of a new index. With more than one, counts of facets are estimates.
    pub shards: u32,
    /// Copies of each part of a new index.
    pub replicas: u32,
    /// How long a new index may take to show what nobody waits for.
    pub refresh_interval: Duration,
    /// How writes are sent.
    pub bulk: BulkOptions,
    /// The trace that requests are a part of.
    pub traces: Arc<dyn Traces>,
}

/// How large the requests that write are, and how many at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkOptions {
    /// One is sent when it has so many bytes,
    pub bytes: usize,
    /// or so many documents.
    pub documents: usize,
    /// So many are on their way at a time, at the most: fewer while the cluster says it is busy.
    pub requests: usize,
}

impl Default for BulkOptions {
    fn default() -> Self {
        Self { bytes: 4 << 20, documents: 1_000, requests: 8 }
    }
}

impl SearchOptions {
    /// One node, and otherwise what suits most.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            urls: vec![url.into()],
            username: None,
            password: None,
            prefix: "repono-".to_owned(),
            certificates: None,
            connect_timeout: Duration::from_secs(2),
            request_timeout: Duration::from_secs(20),
            most_requests: 32,
            shards: 1,
            replicas: 1,
            refresh_interval: Duration::from_secs(1),
            bulk: BulkOptions::default(),
            traces: Arc::new(Untraced),
        }
    }
}

impl fmt::Debug for SearchOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchOptions")
            .field("nodes", &self.urls.len())
            .field("prefix", &self.prefix)
            .field("certificates", &self.certificates)
            .field("connect_timeout", &self.connect_timeout)
            .field("request_timeout", &self.request_timeout)
            .field("most_requests", &self.most_requests)
            .field("shards", &self.shards)
            .field("replicas", &self.replicas)
            .field("refresh_interval", &self.refresh_interval)
            .field("bulk", &self.bulk)
            .finish_non_exhaustive()
    }
}
