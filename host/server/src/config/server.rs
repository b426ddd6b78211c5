//! `[server]`

use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// How HTTP is served.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct ServerSection {
    pub listen: String,
    pub site_url: String,
    pub max_connections: usize,
    pub header_timeout_s: u64,
    pub request_timeout_s: u64,
    pub body_limit_bytes: usize,
    pub shutdown_s: u64,
    pub trusted_proxies: Vec<IpNet>,
}

impl ServerSection {
    /// How long the head of a request may take.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_s)
    }

    /// How long an answer may take to begin.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    /// How long what is under way may take to end.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_s)
    }
}
