//! `[plugins]`

use std::collections::BTreeMap;
use std::time::Duration;

use repono_service::plugins::PluginBounds;
use repono_service::ports::{FetchBounds, Grants, Room};
use repono_wasm::Limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const FETCH: &str = "fetch";

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
    pub kv_entries: u64,
    pub kv_bytes: u64,
    pub fetch_requests: usize,
    pub fetch_at_a_time: usize,
    pub fetch_bytes: usize,
    pub fetch_timeout_ms: u64,
}

impl PluginsSection {
    /// What the program's plugin of this name is granted: without an entry, what it `asks`. None: it
    /// wants to fetch, which is granted host by host, and no host was.
    pub fn grants(&self, name: &str, asks: &[&str]) -> Option<Grants> {
        let of = self.of.get(name).cloned().unwrap_or_default();
        let asked = || asks.iter().map(|&capability| capability.to_owned()).collect();
        let has_hosts = of.capabilities.is_some() || !asks.contains(&FETCH);
        let capabilities = of.capabilities.unwrap_or_else(asked);
        has_hosts.then_some(Grants { capabilities, settings: of.settings })
    }
}

impl From<&PluginLimits> for PluginBounds {
    fn from(limits: &PluginLimits) -> Self {
        Self {
            kv: Room { entries: limits.kv_entries, bytes: limits.kv_bytes },
            fetch_requests: limits.fetch_requests,
            fetch_at_a_time: limits.fetch_at_a_time,
            fetch: FetchBounds {
                bytes: limits.fetch_bytes,
                timeout: Duration::from_millis(limits.fetch_timeout_ms),
            },
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_plugin_of_the_programs_is_granted_what_it_asks_for_but_for_hosts() {
        let mut plugins = Config::default().plugins;

        let scores = plugins.grants("completeness", &["records"]).unwrap();
        let unasked = plugins.grants("link-check", &["records", "fetch"]);
        let capabilities = Some(vec!["records".to_owned(), "fetch:example.org".to_owned()]);
        plugins.of.insert("link-check".to_owned(), OfPlugin { capabilities, settings: None });
        let granted = plugins.grants("link-check", &["records", "fetch"]).unwrap();

        assert_eq!(scores.capabilities, ["records"]);
        assert_eq!(unasked, None);
        assert_eq!(granted.capabilities, ["records", "fetch:example.org"]);
    }
}
