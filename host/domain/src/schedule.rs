//! Work that is asked for again and again.

use jiff::Timestamp;
use serde_json::Value;

use crate::{TaskId, UserId};

/// By whose wish a schedule is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A plugin's, for as long as it is in force.
    Manifest,
    /// Of the configuration, for as long as it stands there.
    Configuration,
    /// A person's.
    Operator,
}

impl Origin {
    const ALL: [Self; 3] = [Self::Manifest, Self::Configuration, Self::Operator];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Configuration => "configuration",
            Self::Operator => "operator",
        }
    }

    /// Reads what [`Origin::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == text)
    }
}

/// What becomes of ticks that passed while nobody could fire them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// One task makes up for all of them.
    #[default]
    Once,
    /// None does.
    Skip,
    /// Each gets its task, one after another, up to a limit.
    All,
}

impl CatchUp {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Once, Self::Skip, Self::All];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Skip => "skip",
            Self::All => "all",
        }
    }

    /// Reads what [`CatchUp::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|catch_up| catch_up.as_str() == text)
    }
}

/// What is to be queued, and when. As it was written: what a manifest or the configuration brings may
/// be wrong, and is kept to be shown with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For people; may be empty.
    pub title: String,
    /// For people; may be empty.
    pub description: String,
    /// The kind of its tasks: `completeness.score`.
    pub kind: String,
    /// What its tasks get.
    pub payload: Value,
    /// A cron expression of five fields, or `every 15m`. None: it runs only when somebody asks.
    pub timing: Option<String>,
    /// The time zone in which a cron expression is meant, as IANA names it.
    pub timezone: String,
    /// Its tasks are due so much later at most, each by another part of it, in seconds.
    pub jitter_s: u32,
    /// What becomes of ticks that passed.
    pub catch_up: CatchUp,
}

/// Who holds a schedule back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    /// Since when.
    pub since: Timestamp,
    /// Who; none: whoever is at the machine.
    pub by: Option<UserId>,
}

/// A schedule, with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Unique. Of a manifest: `{plugin}.{kind}`.
    pub name: String,
    /// By whose wish it is there.
    pub origin: Origin,
    /// What is to be queued, and when.
    pub plan: Plan,
    /// Moves with every change, firings included.
    pub revision: u64,
    /// When it was first met. What comes `every` so often is counted from here.
    pub created: Timestamp,
    /// Its last change of any kind.
    pub updated: Timestamp,
    /// Whether it is held back.
    pub paused: Option<Paused>,
    /// Since when its plugin is out of force. It comes back as it was.
    pub withdrawn: Option<Timestamp>,
    /// Ticks up to here are done with.
    pub passed: Timestamp,
    /// The last tick that made a task.
    pub last_tick: Option<Timestamp>,
    /// The last task that it made.
    pub last_task: Option<TaskId>,
}

impl Schedule {
    /// Whether it fires at its times.
    pub fn is_active(&self) -> bool {
        self.paused.is_none() && self.withdrawn.is_none()
    }
}
