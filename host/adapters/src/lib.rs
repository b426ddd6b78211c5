//! The ports' backends, one module per vendor.

pub mod memcached;
pub mod memory;
pub mod opensearch;
pub mod redis;
pub mod remote_cache;
mod search;
pub mod sql;
pub mod system;
pub mod tantivy;

#[cfg(test)]
#[cfg(feature = "services")]
mod test_service;
