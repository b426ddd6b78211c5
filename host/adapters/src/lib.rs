//! The ports' backends, one module per vendor.

pub mod memory;
pub mod sqlite;
pub mod system;
pub mod tantivy;

#[cfg(all(test, feature = "services"))]
mod test_service;
