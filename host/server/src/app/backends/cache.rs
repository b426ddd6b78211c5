//! The cache that the configuration names.

use std::sync::Arc;

use repono_adapters::memcached::MemcachedCache;
use repono_adapters::memory::MemoryCache;
use repono_adapters::redis::RedisCache;
use repono_adapters::remote_cache::RemoteCacheOptions;
use repono_service::ports::Cache;

use crate::config::CacheSection;

pub(super) async fn open(section: &CacheSection) -> anyhow::Result<Arc<dyn Cache>> {
    let url = section.url.with_password_of(&section.password_file)?;
    let options = RemoteCacheOptions { prefix: section.prefix.clone(), timeout: section.timeout() };
    Ok(match url.split_once("://").map_or("", |(scheme, _)| scheme) {
        "" if url.is_empty() => Arc::new(MemoryCache::new(section.max_bytes)),
        "redis" | "rediss" | "valkey" | "valkeys" => {
            Arc::new(RedisCache::open(&url, options).await?)
        }
        "memcache" => Arc::new(MemcachedCache::open(&url, options).await?),
        _ => anyhow::bail!(
            "the setting cache.url begins with none of redis://, rediss:// and memcache://; empty, it means this process's memory"
        ),
    })
}
