//! Redis, and Valkey, which speaks the same protocol.

use super::extracted::{Extracted, Release, program};
use super::{Place, Recipe, words};
use crate::services::probe;

pub(crate) enum Redis {
    /// As Debian has it.
    Redis,
    /// Debian 12 does not have it.
    Valkey(Extracted),
}

impl Redis {
    pub(crate) const REDIS: Self = Self::Redis;
    pub(crate) const VALKEY: Self =
        Self::Valkey(Extracted { release: Release::Trixie, package: "valkey-server" });
}

impl Recipe for Redis {
    fn packages(&self) -> &'static [&'static str] {
        match self {
            Self::Redis => &["redis-server"],
            Self::Valkey(_) => Extracted::PACKAGES,
        }
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        match self {
            Self::Redis => Ok(()),
            Self::Valkey(extracted) => extracted.prepare(place),
        }
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        let mut server = match self {
            Self::Redis => words(["redis-server"]),
            Self::Valkey(_) => program(place, "usr/bin/valkey-server"),
        };
        server.extend(words(["--bind", "127.0.0.1", "--port", &place.port.to_string()]));
        // A cache: nothing of it is kept on the disk.
        server.extend(words(["--save", "", "--appendonly", "no", "--maxmemory", "256mb"]));
        server.extend(words(["--maxmemory-policy", "allkeys-lru"]));
        Ok(server)
    }

    fn version(&self, port: u16) -> anyhow::Result<String> {
        let label = match self {
            Self::Redis => "redis_version:",
            Self::Valkey(_) => "valkey_version:",
        };
        probe::ask(port, b"INFO server\r\n", |answer| {
            let mut lines = std::str::from_utf8(answer).ok()?.lines();
            lines.find_map(|line| line.strip_prefix(label)).map(str::to_owned)
        })
    }

    fn url(&self, port: u16) -> String {
        format!("redis://127.0.0.1:{port}")
    }
}
