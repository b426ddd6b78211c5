//! Memcached.

use super::{Place, Recipe, words};
use crate::services::probe;

pub(crate) struct Memcached;

impl Recipe for Memcached {
    fn packages(&self) -> &'static [&'static str] {
        &["memcached"]
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        let port = place.port.to_string();
        Ok(words(["memcached", "-l", "127.0.0.1", "-p", &port, "-U", "0", "-m", "64"]))
    }

    fn version(&self, port: u16) -> anyhow::Result<String> {
        probe::ask(port, b"version\r\n", |answer| {
            let line = std::str::from_utf8(answer).ok()?.strip_suffix("\r\n")?;
            line.strip_prefix("VERSION ").map(str::to_owned)
        })
    }

    fn url(&self, port: u16) -> String {
        format!("memcache://127.0.0.1:{port}")
    }
}
