//! A small store of the plugin's own, for tasks. Needs the capability `kv`.
//!
//! It is the plugin's by its name, so another version of the plugin finds what the last one has kept. A key
//! has at most 512 bytes, a value 64 KiB; how many there may be is the operator's decision.

use crate::Failure;

/// A store of the plugin's own. A plugin's tests have one of their own.
pub trait Kv {
    /// What is kept under a key.
    fn get(&mut self, key: &str) -> Option<Vec<u8>>;

    /// Keeps a value in place of what is there, at once: it survives a crash. An empty one removes the
    /// key.
    fn put(&mut self, key: &str, value: &[u8]) -> Result<(), NotKept>;
}

/// Why a value was not kept: it is too large, or the store is full. All is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKept(pub String);

impl std::fmt::Display for NotKept {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotKept {}

/// No other attempt would find more room.
impl From<NotKept> for Failure {
    fn from(not_kept: NotKept) -> Self {
        Self::Permanent(not_kept.0)
    }
}

/// The store that the host keeps. Natively there is none: nothing is found, and nothing kept.
#[derive(Debug, Default, Clone, Copy)]
pub struct HostKv;

impl Kv for HostKv {
    #[cfg(target_arch = "wasm32")]
    fn get(&mut self, key: &str) -> Option<Vec<u8>> {
        crate::raw::kv::get(key)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn get(&mut self, _key: &str) -> Option<Vec<u8>> {
        None
    }

    #[cfg(target_arch = "wasm32")]
    fn put(&mut self, key: &str, value: &[u8]) -> Result<(), NotKept> {
        crate::raw::kv::put(key, value).map_err(NotKept)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn put(&mut self, _key: &str, _value: &[u8]) -> Result<(), NotKept> {
        Err(NotKept("there is no host".to_owned()))
    }
}
