//! What the tests of all servers share.

pub(crate) mod away;
mod proxy;

use std::time::Duration;

pub(crate) use super::RemoteCacheOptions as Options;

/// With names that no other test has, and time enough for a busy machine.
pub(crate) fn options() -> Options {
    let prefix = format!("test-{:016x}", rand::random::<u64>());
    Options { prefix, timeout: Duration::from_secs(5) }
}
