//! What an operator may set.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use repono_service::ports::{Traces, Untraced};

/// Where compiled plugins are kept, who compiles them, and what each may use.
#[derive(Clone)]
pub struct WasmRuntimeConfig {
    /// For compiled plugins. Made if missing, and readable by its owner alone.
    pub cache_dir: PathBuf,
    /// A command that takes two more arguments, input and output, and calls
    /// [`crate::compile_file`] with them. None: compiles in this process, which a large plugin then
    /// occupies for seconds.
    pub compiler: Option<Vec<OsString>>,
    /// What a plugin may use.
    pub limits: Limits,
    /// The trace that calls are a part of.
    pub traces: Arc<dyn Traces>,
}

impl WasmRuntimeConfig {
    /// Compiles in this process, within the default limits, untraced.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            compiler: None,
            limits: Limits::default(),
            traces: Arc::new(Untraced),
        }
    }
}

/// What a plugin may use. Times are wall clock, host calls included.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Of the component.
    pub file_bytes: usize,
    /// One compilation.
    pub compile: Duration,

    /// One instance, all its memories together.
    pub memory_bytes: usize,
    /// One answer, and one argument of a host call.
    pub answer_bytes: usize,

    /// `schema.check` and `schema.migrate`, whatever they are given.
    pub check: Duration,
    /// What each document adds to [`Limits::check`].
    pub check_per_document: Duration,
    /// `indexer.transform`.
    pub transform: Duration,
    /// `exporter.serialise`.
    pub serialise: Duration,
    /// Each question at load, and `vocabularies.entries`.
    pub describe: Duration,

    /// Calls of all plugins at a time, tasks apart.
    pub calls: usize,
    /// Calls of one plugin at a time.
    pub calls_per_plugin: usize,
    /// Calls that may wait for one plugin. More are refused as busy.
    pub waiting_per_plugin: usize,
    /// How long a call may wait.
    pub wait: Duration,
    /// Tasks of all plugins at a time.
    pub tasks: usize,
    /// Tasks of one plugin at a time.
    pub tasks_per_plugin: usize,

    /// Lines that one call may write to the log.
    pub log_lines: usize,
    /// All that one call may write to the log.
    pub log_bytes: usize,
}

const MIB: usize = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            file_bytes: 64 * MIB,
            compile: Duration::from_mins(1),
            memory_bytes: 256 * MIB,
            answer_bytes: 64 * MIB,
            check: Duration::from_secs(2),
            check_per_document: Duration::from_millis(50),
            transform: Duration::from_secs(5),
            serialise: Duration::from_secs(5),
            describe: Duration::from_secs(5),
            calls: 4 * cores.max(4),
            calls_per_plugin: 2 * cores.max(4),
            waiting_per_plugin: 256,
            wait: Duration::from_secs(5),
            tasks: 16,
            tasks_per_plugin: 8,
            log_lines: 500,
            log_bytes: MIB / 4,
        }
    }
}
