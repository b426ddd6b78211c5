//! `[tasks]`

use std::collections::BTreeMap;
use std::num::{NonZeroU16, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use repono_service::KeptTasks;
use repono_service::queues::{MostWaiting, Workers};
use serde::{Deserialize, Serialize};

/// How work is done in the background.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct TasksSection {
    pub workers: usize,
    pub queues: Vec<String>,
    pub poll_ms: u64,
    pub scheduled: bool,
    pub keep_days: u32,
    pub keep_dead_days: u32,
    pub most_waiting: u64,
    pub queue: BTreeMap<String, OfQueue>,
}

/// For one queue.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct OfQueue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<NonZeroUsize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<NonZeroU16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_waiting: Option<u64>,
}

/// A queue as the command line names it: `default`, or `indexing:4` with workers of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQueue {
    /// Its name.
    pub name: String,
    /// None: it shares workers with others.
    pub workers: Option<NonZeroUsize>,
}

impl TasksSection {
    /// How often an idle worker looks.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    /// How long tasks are kept that are over.
    pub fn kept(&self) -> KeptTasks {
        let days = |days: u32| (days > 0).then(|| Duration::from_hours(24 * u64::from(days)));
        KeptTasks { keep: days(self.keep_days), keep_dead: days(self.keep_dead_days) }
    }

    /// Who works on which queue.
    pub fn workers(&self) -> Workers {
        let of =
            self.queue.iter().filter_map(|(queue, of)| Some((queue.clone(), of.workers?.get())));
        Workers { shared: self.workers, only: self.queues.clone(), of: of.collect() }
    }

    /// How many tasks may wait.
    pub fn most_waiting(&self) -> MostWaiting {
        let of =
            self.queue.iter().filter_map(|(queue, of)| Some((queue.clone(), of.most_waiting?)));
        MostWaiting { in_each: self.most_waiting, of: of.collect() }
    }

    /// Has these queues worked on and no others, in the way that each says.
    pub fn work_on(&mut self, queues: Vec<NamedQueue>) {
        self.queues = queues.iter().map(|queue| queue.name.clone()).collect();
        for NamedQueue { name, workers } in queues {
            self.queue.entry(name).or_default().workers = workers;
        }
    }
}

impl FromStr for NamedQueue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, workers) = match text.split_once(':') {
            Some((name, workers)) => (name, Some(workers)),
            None => (text, None),
        };
        if name.is_empty() {
            return Err(
                "a queue has a name: `default`, or `indexing:4` with four workers of its own"
                    .to_owned(),
            );
        }
        let workers = workers.map(|workers| {
            workers.parse().map_err(|_| {
                format!("{workers:?} is no number of workers, of which there is one at least")
            })
        });
        Ok(Self { name: name.to_owned(), workers: workers.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use repono_service::queues::DEFAULT;

    use super::*;
    use crate::config::Config;

    fn named(text: &str) -> Vec<NamedQueue> {
        text.split(',').map(|queue| queue.parse().unwrap()).collect()
    }

    #[test]
    fn what_the_command_line_names_is_worked_on_and_nothing_else() {
        let mut section = Config::default().tasks;
        for (queue, workers) in [("low", 8), ("elsewhere", 2)] {
            section.queue.entry(queue.to_owned()).or_default().workers = NonZeroUsize::new(workers);
        }

        section.work_on(named("default,low,indexing:4"));

        let workers = section.workers();
        assert_eq!(workers.own().collect::<Vec<_>>(), [("indexing", 4)]);
        assert_eq!(workers.sharing([DEFAULT.to_owned()].into()), ["default", "low"]);
    }

    #[test]
    fn what_is_no_queue_is_refused_in_a_sentence() {
        let refused = |text: &str| text.parse::<NamedQueue>().unwrap_err();

        assert!(refused(":4").starts_with("a queue has a name"), "{}", refused(":4"));
        for text in ["low:0", "low:", "low:many"] {
            assert!(refused(text).contains("no number of workers"), "{}", refused(text));
        }
    }

    #[test]
    fn a_pace_of_a_queue_outlives_a_change_of_its_workers() {
        let mut section = Config::default().tasks;
        section.queue.entry("low".to_owned()).or_default().per_second = Some(5);

        section.work_on(named("low:2"));

        assert_eq!(section.queue["low"].per_second, Some(5));
    }
}
