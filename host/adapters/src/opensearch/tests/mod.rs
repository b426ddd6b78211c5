//! What OpenSearch alone promises, beside the contract. Whatever needs a cluster is behind the feature
//! `services`.

mod faults;
mod hostile;
#[cfg(feature = "services")]
mod same_as_tantivy;
#[cfg(feature = "services")]
mod service;
#[cfg(feature = "services")]
mod speed;
mod tls;
mod traces;
#[cfg(feature = "services")]
mod words;
