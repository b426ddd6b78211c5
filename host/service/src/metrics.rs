//! What is counted of use cases, for whoever installs a recorder of the `metrics` facade. Without one
//! nothing is counted, and a handle is as good as none.
//!
//! **Invariant:** no label is a record, a user or a query: labels come from the program, the
//! configuration and the plugins.

use metrics::{Counter, Unit, counter, describe_counter, describe_histogram};

const CACHE: &str = "repono_cache_lookups_total";
/// Of one attempt at a task.
pub(crate) const TASK: &str = "repono_task_duration_seconds";
/// What became of promises that the relay took up.
pub(crate) const RELAYED: &str = "repono_relay_promises_total";

/// Handles for what happens in every request, made once.
pub(crate) struct Handles {
    pub(crate) cache_hits: Counter,
    pub(crate) cache_misses: Counter,
}

impl Handles {
    /// Of the recorder that is installed now.
    pub(crate) fn new() -> Self {
        Self {
            cache_hits: counter!(CACHE, "result" => "hit"),
            cache_misses: counter!(CACHE, "result" => "miss"),
        }
    }
}

/// Says what the metrics of this crate mean, to the recorder that is installed.
pub fn describe_metrics() {
    describe_counter!(CACHE, "Rendered records that were looked for in the cache.");
    describe_histogram!(TASK, Unit::Seconds, "Attempts at tasks, by what came of them.");
    describe_counter!(RELAYED, "Promises to the search index that the relay took up.");
    crate::health::describe();
}
