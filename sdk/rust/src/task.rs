//! Work in the background.

use serde_json::{Map, Value, json};

use crate::{Call, Doc, Failure};

/// Does work in the background.
pub trait Task {
    /// Asked once, when the plugin is installed.
    fn kinds() -> Vec<Kind>;

    /// Does the work, or goes on with it where [`TaskHost::last_checkpoint`] says.
    fn execute(
        call: &Call,
        kind: &str,
        payload: Value,
        host: &mut dyn TaskHost,
    ) -> Result<Outcome, Failure>;
}

/// What a running task may tell and ask. A plugin's tests have one of their own.
pub trait TaskHost {
    /// Says how far the work is, for people who wait.
    fn progress(&mut self, done: u64, total: Option<u64>, note: &str);

    /// Whether somebody wants the work to stop.
    fn is_cancelled(&mut self) -> bool;

    /// Keeps a state at once: it survives a crash and is there in the next attempt.
    fn checkpoint(&mut self, state: &Value);

    /// What was kept last.
    fn last_checkpoint(&mut self) -> Option<Value>;

    /// Published records in the order of their ids, the first one after `after`. None is the end.
    ///
    /// Needs the capability `records`, as [`TaskHost::count`] does.
    fn scan(
        &mut self,
        collection: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Doc>, Failure>;

    /// How many records [`TaskHost::scan`] would walk.
    fn count(&mut self, collection: &str) -> Result<u64, Failure>;
}

/// How a task ends, for now.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The work is done, and this came of it.
    Done(Value),
    /// Wants to be called again after so many milliseconds. Not counted as an attempt.
    Again(u32),
    /// Stopped because it was asked to.
    Cancelled,
}

/// A kind of work that a [`Task`] does, served as `{plugin}.{name}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) payload_schema: Value,
    pub(crate) queue: String,
    pub(crate) max_attempts: u32,
    pub(crate) timeout_ms: u32,
    pub(crate) soft_timeout_ms: Option<u32>,
    pub(crate) retry_s: Option<(u32, u32)>,
    pub(crate) idempotent: bool,
    pub(crate) schedule: Option<String>,
}

impl Kind {
    /// Work on the queue `default`, with any payload, five attempts and ten minutes for each.
    pub fn new(name: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            summary: summary.to_owned(),
            payload_schema: json!({}),
            queue: "default".to_owned(),
            max_attempts: 5,
            timeout_ms: 600_000,
            soft_timeout_ms: None,
            retry_s: None,
            idempotent: false,
            schedule: None,
        }
    }

    /// Gives the JSON Schema of the payload.
    #[must_use]
    pub fn payload(mut self, schema: Value) -> Self {
        self.payload_schema = schema;
        self
    }

    /// Puts it on another queue.
    #[must_use]
    pub fn queue(mut self, queue: &str) -> Self {
        queue.clone_into(&mut self.queue);
        self
    }

    /// How often it is tried before it goes to a person.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// How long one attempt may take.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.timeout_ms = timeout_ms;
        self
    }

    /// After how long an attempt is asked to stop, so that it can end in order: at most as long as it may
    /// take. Without it, a tenth of that time is left, or half a minute.
    #[must_use]
    pub fn soft_timeout_ms(mut self, soft_timeout_ms: u32) -> Self {
        self.soft_timeout_ms = Some(soft_timeout_ms);
        self
    }

    /// How many seconds a failed attempt is followed by, at random, at most: `base` after the first, twice as
    /// many after each other, and never more than `most`. Without it, 4 seconds and 20 minutes.
    #[must_use]
    pub fn retry_s(mut self, base: u32, most: u32) -> Self {
        self.retry_s = Some((base, most));
        self
    }

    /// Says that running it twice has the effect of running it once.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Runs it by a cron expression, in UTC.
    #[must_use]
    pub fn schedule(mut self, cron: &str) -> Self {
        self.schedule = Some(cron.to_owned());
        self
    }

    /// What the contract has no field for, if any of it is said.
    pub(crate) fn ext(&self) -> Option<Value> {
        let (base, most) = self.retry_s.unzip();
        let all = [
            ("soft_timeout_ms", self.soft_timeout_ms),
            ("retry_base_s", base),
            ("retry_most_s", most),
        ];
        let said =
            all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
        let said: Map<String, Value> = said.collect();
        (!said.is_empty()).then_some(Value::Object(said))
    }
}
