//! How much plugins may ask of the host.

use std::time::Duration;

use crate::ports::{FetchBounds, Room};

/// How much plugins may keep and fetch.
#[derive(Clone, Copy, Debug, Hash)]
pub struct PluginBounds {
    /// What one plugin may keep.
    pub kv: Room,
    /// Requests that a plugin may ask for at once.
    pub fetch_requests: usize,
    /// How many of them are under way at a time.
    pub fetch_at_a_time: usize,
    /// What each of them may take. A request's own body has the limit of answers.
    pub fetch: FetchBounds,
}

impl Default for PluginBounds {
    fn default() -> Self {
        Self {
            kv: Room { entries: 10_000, bytes: 64 << 20 },
            fetch_requests: 32,
            fetch_at_a_time: 8,
            fetch: FetchBounds { bytes: 1 << 20, timeout: Duration::from_secs(30) },
        }
    }
}
