//! Where the demo listens.

use std::net::TcpListener;

use anyhow::Context as _;

const FIRST: u16 = 8080;
const TRIES: u16 = 20;

/// The first address that nobody listens at: `127.0.0.1:8080`.
pub(super) fn free() -> anyhow::Result<String> {
    (FIRST..FIRST + TRIES)
        .map(|port| format!("127.0.0.1:{port}"))
        .find(|address| TcpListener::bind(address).is_ok())
        .with_context(|| {
            format!("the ports {FIRST} to {} are all taken: free one of them", FIRST + TRIES - 1)
        })
}
