//! Redis and Valkey: a cache that nodes share.
//!
//! A lease is a value that nobody else could have made up, kept where the value will be. Whoever
//! misses sets one unless there is something; a script exchanges it for the value, if it is still
//! there. All callers share one connection, on which nobody waits for another's answer.

mod connect;
#[cfg(test)]
#[cfg(feature = "services")]
mod tests;

use std::sync::LazyLock;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{Client, RedisError, Script};
use repono_service::Result;
use repono_service::ports::{Counted, Lease, Lookup};

pub(crate) use self::connect::{client, connect};
use crate::remote_cache::{Fault, Remote, RemoteCache, RemoteCacheOptions, pack, unpack};

/// The cache in a Redis.
pub type RedisCache = RemoteCache<Redis>;

/// A server, and the connection to it.
pub struct Redis {
    client: Client,
    connection: ArcSwapOption<MultiplexedConnection>,
}

/// Exchanges the lease for the value.
static PUT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3]) end",
    )
});

/// Adds one to a counter, which ends some time after its first, and reads another.
static ADD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local added = redis.call('incr', KEYS[1]) \
         if redis.call('pttl', KEYS[1]) < 0 then redis.call('pexpire', KEYS[1], ARGV[1]) end \
         return {added, tonumber(redis.call('get', KEYS[2])) or 0}",
    )
});

impl RedisCache {
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` over TLS, where the
    /// server's certificate must be one that the system trusts.
    ///
    /// Fails only if the address cannot be read: the server itself may come later.
    pub async fn open(url: &str, options: RemoteCacheOptions) -> Result<Self> {
        let client = client(url, "the cache", None)?;
        Self::over(Redis { client, connection: ArcSwapOption::empty() }, options).await
    }
}

impl Remote for Redis {
    const NAME: &'static str = "the cache (Redis)";

    async fn connect(&self) -> Result<(), Fault> {
        let mut connection = connect(&self.client).await?;
        redis::cmd("PING").exec_async(&mut connection).await?;
        self.connection.store(Some(connection.into()));
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Lookup, Fault> {
        let mut connection = self.connection()?;
        let found: Option<Bytes> = redis::cmd("GET").arg(key).query_async(&mut connection).await?;
        if let Some(found) = found {
            return Ok(unpack(&found).map_or(Lookup::Missing(None), Lookup::Kept));
        }
        let lease = Lease(rand::random());
        let mut grant = redis::cmd("SET");
        grant.arg(key).arg(token(lease)).arg("NX").arg("PX").arg(Lease::TTL.as_millis());
        let granted: Option<String> =
            unless_refused(grant.query_async(&mut connection).await)?.flatten();
        Ok(Lookup::Missing(granted.map(|_| lease)))
    }

    async fn put(&self, key: &str, lease: Lease, value: Bytes, ttl: Duration) -> Result<(), Fault> {
        let ttl_ms = ttl.as_millis();
        if ttl_ms == 0 {
            return Ok(());
        }
        let mut put = PUT.key(key);
        put.arg(token(lease)).arg(pack(&value)).arg(ttl_ms);
        unless_refused(put.invoke_async::<()>(&mut self.connection()?).await)?;
        Ok(())
    }

    async fn add(&self, key: &str, other: &str, ttl: Duration) -> Result<Counted, Fault> {
        let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        let mut add = ADD.key(key);
        add.key(other).arg(ttl_ms);
        let (added, other) = add.invoke_async(&mut self.connection()?).await?;
        Ok(Counted { added, other })
    }

    async fn remove(&self, keys: &[String]) -> Result<(), Fault> {
        let mut remove = redis::cmd("DEL");
        remove.arg(keys).exec_async(&mut self.connection()?).await?;
        Ok(())
    }
}

impl Redis {
    fn connection(&self) -> Result<MultiplexedConnection, Fault> {
        let connection = self.connection.load();
        connection.as_deref().cloned().ok_or_else(|| "not connected".into())
    }
}

/// A lease as it is kept; see [`pack`] for what a value begins with.
fn token(lease: Lease) -> String {
    format!("l{:032x}", lease.0)
}

/// A server that is there and does not take a value, as one whose memory is full, is not away.
fn unless_refused<T>(answer: Result<T, RedisError>) -> Result<Option<T>, RedisError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("OOM") => Ok(None),
        Err(error) => Err(error),
    }
}
