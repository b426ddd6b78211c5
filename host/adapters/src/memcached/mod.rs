//! Memcached: a cache that nodes share.
//!
//! It knows leases by itself: its `mg` puts an empty item where it finds nothing, and tells the
//! first who asked; the item's number lets `ms` replace that item and no other.
//!
//! Times are whole seconds here: what is to be kept for less than one is not kept. There are no
//! passwords and no TLS: the server must be out of reach of others.

mod pool;
#[cfg(test)]
#[cfg(feature = "services")]
mod tests;

use std::time::Duration;

use async_memcached::{Error as MemcachedError, ErrorKind, MetaProtocol as _, MetaValue, Status};
use bytes::Bytes;
use repono_service::ports::{Counted, Lease, Lookup};
use repono_service::{Error, Result};

use self::pool::Connections;
use crate::remote_cache::{Fault, Remote, RemoteCache, RemoteCacheOptions, pack, unpack};

/// The cache in a Memcached.
pub type MemcachedCache = RemoteCache<Memcached>;

/// A server, and the connections to it.
pub struct Memcached(Connections);

/// A longer time would be read as a date.
const MAX_TTL: Duration = Duration::from_hours(30 * 24);

impl MemcachedCache {
    /// `memcache://host[:port]`; 1.6 or newer, for its meta commands.
    ///
    /// Fails only if the address cannot be read: the server itself may come later.
    pub async fn open(url: &str, options: RemoteCacheOptions) -> Result<Self> {
        let host = url.strip_prefix("memcache://").filter(|host| {
            // Nothing that would stand for a user, a path or settings, and be passed over.
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
            !host.is_empty() && host.bytes().all(is_plain)
        });
        let Some(host) = host else {
            return Err(Error::Invalid(
                "the address of the cache is not one of a Memcached: memcache://host:port"
                    .to_owned(),
            ));
        };
        let connections = Connections::to(format!("tcp://{host}"))?;
        Self::over(Memcached(connections), options).await
    }
}

impl Remote for Memcached {
    const NAME: &'static str = "the cache (Memcached)";

    async fn connect(&self) -> Result<(), Fault> {
        self.0.close_all();
        self.0.get().await?.client.version().await?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Lookup, Fault> {
        let lease_ttl = format!("N{}", Lease::TTL.as_secs());
        let flags = ["v", "c", &lease_ttl];
        let mut connection = self.0.get().await?;
        let found = connection.client.meta_get(key, false, None, Some(&flags)).await?;
        let Some(found) = found else { return Ok(Lookup::Missing(None)) };
        if let Some(value) = found.data.and_then(|data| unpack(&data.into())) {
            return Ok(Lookup::Kept(value));
        }
        let granted = found.cas.filter(|_| found.is_recache_winner == Some(true));
        Ok(Lookup::Missing(
            granted.map(|item| Lease(u128::from(connection.run) << 64 | u128::from(item))),
        ))
    }

    async fn put(&self, key: &str, lease: Lease, value: Bytes, ttl: Duration) -> Result<(), Fault> {
        let ttl_s = ttl.min(MAX_TTL).as_secs();
        let [run, item] = [lease.0 >> 64, lease.0 & u128::from(u64::MAX)];
        if ttl_s == 0 {
            return Ok(());
        }
        let mut connection = self.0.get().await?;
        if u128::from(connection.run) != run {
            return Ok(());
        }
        let flags = [format!("C{item}"), format!("T{ttl_s}")];
        let flags = flags.each_ref().map(String::as_str);
        let value = pack(&value);
        let put =
            connection.client.meta_set(key, value.as_slice(), false, None, Some(&flags)).await;
        match put {
            Err(MemcachedError::Protocol(status)) if is_refusal(&status) => Ok(()),
            put => Ok(put.map(drop)?),
        }
    }

    async fn add(&self, key: &str, other: &str, ttl: Duration) -> Result<Counted, Fault> {
        let ttl_s = format!("N{}", ttl.min(MAX_TTL).as_secs().max(1));
        // One that is not there begins with one.
        let flags = ["v", "J1", &ttl_s];
        let mut connection = self.0.get().await?;
        let added = connection.client.meta_increment(key, false, None, None, Some(&flags)).await?;
        let other = connection.client.meta_get(other, false, None, Some(&["v"])).await?;
        let other = other.map(number).transpose()?;
        Ok(Counted {
            added: added.map(number).transpose()?.ok_or("it does not tell what it counted")?,
            other: other.unwrap_or_default(),
        })
    }

    async fn remove(&self, keys: &[String]) -> Result<(), Fault> {
        let mut connection = self.0.get().await?;
        for key in keys {
            match connection.client.meta_delete(key, false, None, None).await {
                Ok(_) | Err(MemcachedError::Protocol(Status::NotFound)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// A counter, which is kept as its digits.
fn number(found: MetaValue) -> Result<u64, Fault> {
    let digits = found.data.ok_or("a counter has no value")?;
    Ok(std::str::from_utf8(&digits)?.trim().parse()?)
}

/// The lease has ended, or there is no room: the server is not away for that.
fn is_refusal(status: &Status) -> bool {
    matches!(
        status,
        Status::Exists | Status::NotFound | Status::NotStored | Status::Error(ErrorKind::Server(_))
    )
}
