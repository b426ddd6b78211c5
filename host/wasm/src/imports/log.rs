//! `log`: lines for the operator, under the plugin's name.

use std::fmt::Write as _;
use std::sync::Arc;

use repono_domain::LogLevel;
use repono_service::ports::TaskHost;
use tracing::warn;

use crate::bindings::manifest_v1::repono::plugin::log::{Host, Level};
use crate::state::State;

/// What one call wrote, within limits.
pub(crate) struct LogBook {
    plugin: Arc<str>,
    function: &'static str,
    /// Keeps the lines of a task with it.
    task: Option<Arc<dyn TaskHost>>,
    lines_left: usize,
    bytes_left: usize,
    is_full: bool,
    last: Option<String>,
    last_error: Option<String>,
}

/// Enough for a panic's text.
const KEPT_BYTES: usize = 2048;

impl LogBook {
    pub(crate) fn new(
        plugin: Arc<str>,
        function: &'static str,
        task: Option<Arc<dyn TaskHost>>,
        lines: usize,
        bytes: usize,
    ) -> Self {
        Self {
            plugin,
            function,
            task,
            lines_left: lines,
            bytes_left: bytes,
            is_full: false,
            last: None,
            last_error: None,
        }
    }

    /// What the guest said before it fell: its last error, or else its last line.
    pub(crate) fn last_words(&self) -> Option<&str> {
        self.last_error.as_deref().or(self.last.as_deref())
    }

    fn write(&mut self, level: Level, line: &str) {
        let kept = || {
            Some(line.get(..line.floor_char_boundary(KEPT_BYTES)).unwrap_or_default().to_owned())
        };
        if level == Level::Error {
            self.last_error = kept();
        } else {
            self.last = kept();
        }

        if self.lines_left == 0 || line.len() > self.bytes_left {
            self.overflow();
            return;
        }
        self.lines_left -= 1;
        self.bytes_left -= line.len();
        self.tell(level, line);
    }

    fn overflow(&mut self) {
        if !self.is_full {
            self.is_full = true;
            warn!(plugin.name = %self.plugin, plugin.function = self.function, "the plugin writes too much: its next lines in this call are dropped");
        }
    }

    fn tell(&self, level: Level, line: &str) {
        if let Some(task) = &self.task {
            task.log(kept_as(level), line);
        }
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    target: "plugin",
                    { plugin.name = &*self.plugin, plugin.function = self.function },
                    "{line}"
                )
            };
        }
        match level {
            Level::Trace => tell!(trace),
            Level::Debug => tell!(debug),
            Level::Info => tell!(info),
            Level::Warn => tell!(warn),
            Level::Error => tell!(error),
        }
    }
}

fn kept_as(level: Level) -> LogLevel {
    match level {
        Level::Trace => LogLevel::Trace,
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Warn => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    }
}

impl Host for State {
    fn log(&mut self, level: Level, message: String, fields: Vec<(String, String)>) {
        let mut line = message;
        for (name, value) in fields {
            write!(line, " {name}={value:?}").unwrap_or_default();
        }
        self.log.write(level, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_is_kept_though_the_book_is_full() {
        let mut book = LogBook::new("x".into(), "check", None, 1, 100);

        book.write(Level::Info, "first");
        book.write(Level::Error, "panicked at src/lib.rs:3: no title");
        book.write(Level::Info, "last");

        assert!(book.is_full);
        assert_eq!(book.last_words(), Some("panicked at src/lib.rs:3: no title"));
    }
}
