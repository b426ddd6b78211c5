//! How long calls take, and how they end.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Histogram, Unit, describe_histogram, histogram};

const DURATION: &str = "repono_plugin_call_duration_seconds";

/// Says what the metrics of plugins mean, to the recorder that is installed.
pub fn describe_metrics() {
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "Calls of plugins; of busy ones, how long they waited for their turn in vain."
    );
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    /// With an answer.
    Answered,
    /// The guest said why not.
    Refused,
    /// The guest trapped, or failed in another way.
    Trapped,
    OutOfTime,
    OutOfMemory,
    /// It answered with what cannot be, or with too much.
    Nonsense,
    /// The host did not do what it was asked for.
    Unavailable,
    /// Nobody waited any more.
    Abandoned,
    /// It was not begun.
    Busy,
    /// The host's own fault.
    Panicked,
}

impl Ending {
    /// As metrics and traces call it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "ok",
            Self::Refused => "refused",
            Self::Trapped => "trap",
            Self::OutOfTime => "timeout",
            Self::OutOfMemory => "out_of_memory",
            Self::Nonsense => "invalid_answer",
            Self::Unavailable => "unavailable",
            Self::Abandoned => "abandoned",
            Self::Busy => "busy",
            Self::Panicked => "panic",
        }
    }

    /// Whether someone should look into it.
    pub(crate) fn is_fault(self) -> bool {
        !matches!(self, Self::Answered | Self::Refused | Self::Abandoned)
    }
}

/// Measures one plugin. Its handles are made when they are first wanted, and kept.
pub(crate) struct Meter {
    plugin: Arc<str>,
    durations: RwLock<HashMap<(&'static str, Ending), Histogram>>,
}

impl Meter {
    pub(crate) fn new(plugin: Arc<str>) -> Self {
        Self { plugin, durations: RwLock::default() }
    }

    pub(crate) fn record(&self, function: &'static str, ending: Ending, took: Duration) {
        let durations = self.durations.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(duration) = durations.get(&(function, ending)) {
            duration.record(took);
            return;
        }
        drop(durations);
        let labels = [
            ("plugin_name", self.plugin.to_string()),
            ("plugin_function", function.to_owned()),
            ("outcome", ending.as_str().to_owned()),
        ];
        let duration = histogram!(DURATION, &labels);
        duration.record(took);
        let mut durations = self.durations.write().unwrap_or_else(PoisonError::into_inner);
        durations.insert((function, ending), duration);
    }
}
