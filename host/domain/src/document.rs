//! The part of a record that its depositor writes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Access;

/// Whether a version has files, and how they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Without files a record is published as metadata alone.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Key of the file that is shown first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_preview: Option<String>,
    /// Keys in the order they are listed.
    #[serde(default)]
    pub order: Vec<String>,
}

fn enabled() -> bool {
    true
}

impl Default for Files {
    fn default() -> Self {
        Self { enabled: true, default_preview: None, order: Vec::new() }
    }
}

/// What a depositor writes: the plugin's part (`metadata`) and the host's (everything else).
///
/// This is also the form in which it is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Shaped by the collection's schema once it is valid; a draft holds anything.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Namespaced fields of schemas that extend the collection.
    #[serde(default)]
    pub custom_fields: Map<String, Value>,
    /// By scheme: `{"doi": {"identifier", "provider", "client"}}`.
    #[serde(default)]
    pub pids: Map<String, Value>,
    /// Who may see it.
    #[serde(default)]
    pub access: Access,
    /// Files settings.
    #[serde(default)]
    pub files: Files,
}
