//! What is kept of what a task's workers and guests have logged.

use std::collections::VecDeque;

use repono_domain::{LogLine, Task, TaskId};

use super::read;
use crate::{Context, Result};

/// The most lines that are kept: the last ones.
const MOST_LINES: usize = 200;
/// The most bytes that they have together.
const MOST_BYTES: usize = 16 << 10;
/// The most bytes that one has.
const LONGEST: usize = 2 << 10;

/// What was logged of a task, the oldest line first. For administrators.
pub async fn log(ctx: &Context, id: &TaskId) -> Result<Vec<LogLine>> {
    let Task { id, .. } = read(ctx, id).await?;
    ctx.database.task_log(&id).await
}

/// The last lines, within limits.
#[derive(Debug, Default)]
pub(super) struct LastLines {
    lines: VecDeque<LogLine>,
    bytes: usize,
}

impl LastLines {
    pub(super) fn push(&mut self, mut line: LogLine) {
        line.text.truncate(line.text.floor_char_boundary(LONGEST));
        self.bytes += line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
            let first = self.lines.pop_front();
            self.bytes -= first.map_or(0, |first| first.text.len());
        }
    }

    pub(super) fn into_lines(self) -> impl Iterator<Item = LogLine> {
        self.lines.into_iter()
    }

    /// All of them, side by side.
    pub(super) fn lines(&mut self) -> &[LogLine] {
        self.lines.make_contiguous()
    }
}

impl Extend<LogLine> for LastLines {
    fn extend<T: IntoIterator<Item = LogLine>>(&mut self, lines: T) {
        lines.into_iter().for_each(|line| self.push(line));
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use repono_domain::LogLevel;

    use super::*;

    fn line(text: String) -> LogLine {
        LogLine { at: Timestamp::UNIX_EPOCH, attempt: 1, level: LogLevel::Info, text }
    }

    #[test]
    fn the_last_lines_are_kept_up_to_a_number() {
        let mut last = LastLines::default();

        last.extend((0..1000).map(|number| line(number.to_string())));

        let lines = last.lines();
        assert_eq!(lines.len(), MOST_LINES);
        assert_eq!((&*lines[0].text, &*lines[199].text), ("800", "999"));
    }

    #[test]
    fn the_last_lines_are_kept_up_to_a_size() {
        let mut last = LastLines::default();

        last.extend((0..9).map(|_| line("ü".repeat(LONGEST))));
        last.push(line("the end".to_owned()));

        let lines = last.lines();
        assert!(lines.iter().map(|line| line.text.len()).sum::<usize>() <= MOST_BYTES);
        assert_eq!((lines.len(), &*lines[7].text), (8, "the end"));
        assert!(lines[0].text.len() == LONGEST && lines[0].text.ends_with('ü'));
    }
}
