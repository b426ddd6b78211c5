//! What plugins keep for themselves.

use async_trait::async_trait;
use repono_domain::PluginName;

use crate::Result;

/// How much one plugin may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Room {
    /// Keys.
    pub entries: u64,
    /// Of all keys and values together.
    pub bytes: u64,
}

/// How much a plugin keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Keys.
    pub entries: u64,
    /// Of all keys and values together.
    pub bytes: u64,
}

/// A small store for each plugin, by its name: another version of the plugin finds what the last one
/// has kept. [`super::Change::EmptyKv`] empties it.
#[async_trait]
pub trait Kv: Send + Sync {
    /// What is kept under a key.
    async fn kv_get(&self, plugin: &PluginName, key: &str) -> Result<Option<Vec<u8>>>;

    /// Keeps a value in place of what was there. Durable when it answers; twice is as once.
    ///
    /// # Errors
    /// `TooLarge` when the plugin would keep more than there is `room`: all stays as it was.
    /// `NotFound` when no package of the plugin is installed.
    async fn kv_put(&self, plugin: &PluginName, key: &str, value: &[u8], room: Room) -> Result<()>;

    /// Removes a key. Not an error if it is not there.
    async fn kv_remove(&self, plugin: &PluginName, key: &str) -> Result<()>;

    /// How much a plugin keeps.
    async fn kv_used(&self, plugin: &PluginName) -> Result<Used>;
}
