//! `[plugins]`

use std::collections::BTreeMap;
use std::time::Duration;

use repono_service::ports::Grants;
use repono_wasm::Limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which plugins come with the program, and what plugins may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct PluginsSection {
    pub embedded: bool,
    pub of: BTreeMap<String, OfPlugin>,
    pub limits: PluginLimits,
}

/// What one plugin is granted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfPlugin {
    /// None: what it asks for, if it comes with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
    /// In the form of the plugin's settings schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
}

/// What one call, one plugin and all of them may use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct PluginLimits {
    pub file_bytes: usize,
    pub compile_s: u64,
    pub memory_bytes: usize,
    pub answer_bytes: usize,
    pub check_ms: u64,
    pub check_per_document_ms: u64,
    pub transform_ms: u64,
    pub serialise_ms: u64,
    pub describe_ms: u64,
    pub calls: usize,
    pub calls_per_plugin: usize,
    pub waiting_per_plugin: usize,
    pub wait_ms: u64,
    pub tasks: usize,
    pub tasks_per_plugin: usize,
    pub log_lines: usize,
    pub log_bytes: usize,
}

impl PluginsSection {
    /// What the program's plugin of this name is granted: without an entry, what it `asks`.
    pub fn grants(&self, name: &str, asks: &[&str]) -> Grants {
        let of = self.of.get(name).cloned().unwrap_or_default();
        let asks = || asks.iter().map(|&capability| capability.to_owned()).collect();
        Grants { capabilities: of.capabilities.unwrap_or_else(asks), settings: of.settings }
    }
}

impl From<&PluginLimits> for Limits {
    fn from(limits: &PluginLimits) -> Self {
        let by_processors = Self::default();
        let or = |set: usize, default: usize| if set == 0 { default } else { set };
        Self {
            file_bytes: limits.file_bytes,
            compile: Duration::from_secs(limits.compile_s),
            memory_bytes: limits.memory_bytes,
            answer_bytes: limits.answer_bytes,
            check: Duration::from_millis(limits.check_ms),
            check_per_document: Duration::from_millis(limits.check_per_document_ms),
            transform: Duration::from_millis(limits.transform_ms),
            serialise: Duration::from_millis(limits.serialise_ms),
            describe: Duration::from_millis(limits.describe_ms),
            calls: or(limits.calls, by_processors.calls),
            calls_per_plugin: or(limits.calls_per_plugin, by_processors.calls_per_plugin),
            waiting_per_plugin: limits.waiting_per_plugin,
            wait: Duration::from_millis(limits.wait_ms),
            tasks: limits.tasks,
            tasks_per_plugin: limits.tasks_per_plugin,
            log_lines: limits.log_lines,
            log_bytes: limits.log_bytes,
        }
    }
}
