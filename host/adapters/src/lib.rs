//! The ports' backends, one module per vendor.

mod arrival;
pub mod brokers;
pub mod datacite;
mod http_client;
mod letter;
pub mod maildir;
pub mod memcached;
pub mod memory;
mod metrics;
pub mod opensearch;
pub mod otlp;
mod public_address;
pub mod rabbitmq;
pub mod receivers;
pub mod redis;
pub mod redis_streams;
pub mod remote_cache;
mod search;
pub mod smtp;
pub mod sql;
pub mod sqs;
pub mod system;
pub mod tantivy;
mod tls;
pub mod web;

pub use metrics::describe_metrics;
pub use search::observed::ObservedSearch;

#[cfg(test)]
#[cfg(feature = "services")]
mod test_proxy;
#[cfg(test)]
#[cfg(feature = "services")]
mod test_service;
#[cfg(test)]
mod test_tls;
