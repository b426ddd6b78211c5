//! The cache that the configuration names, and counters in it.

use std::sync::Arc;

use repono_adapters::memcached::MemcachedCache;
use repono_adapters::memory::{MemoryCache, MemoryCounters};
use repono_adapters::redis::RedisCache;
use repono_adapters::remote_cache::RemoteCacheOptions;
use repono_service::ports::{Cache, Counters};

use crate::config::CacheSection;

type Both = (Arc<dyn Cache>, Arc<dyn Counters>);

pub(super) async fn open(section: &CacheSection) -> anyhow::Result<Both> {
    let url = section.url.with_password_of(&section.password_file)?;
    let options = RemoteCacheOptions { prefix: section.prefix.clone(), timeout: section.timeout() };
    Ok(match url.split_once("://").map_or("", |(scheme, _)| scheme) {
        "" if url.is_empty() => {
            (Arc::new(MemoryCache::new(section.max_bytes)), Arc::new(MemoryCounters::default()))
        }
        "redis" | "rediss" | "valkey" | "valkeys" => both(RedisCache::open(&url, options).await?),
        "memcache" => both(MemcachedCache::open(&url, options).await?),
        _ => anyhow::bail!(
            "the setting cache.url begins with none of redis://, rediss:// and memcache://; empty, it means this process's memory"
        ),
    })
}

fn both<T: Cache + Counters + 'static>(server: T) -> Both {
    let server = Arc::new(server);
    (Arc::clone(&server) as _, server)
}
