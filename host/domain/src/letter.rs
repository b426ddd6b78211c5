//! Letters to people, and how they want to be written to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::UserId;

/// What one person is told of one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Made of the event and the person, so that there is one for both: in hexadecimal.
    pub id: String,
    /// Who is told.
    pub person: UserId,
    /// What is said, by the name of its template.
    pub template: String,
    /// What the template is filled with.
    pub facts: Value,
    /// Where it is on its way.
    pub state: LetterState,
    /// When it was to be told.
    pub created: Timestamp,
    /// Since when it is in its state.
    pub changed: Timestamp,
}

/// Where a letter is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterState {
    /// Its task sends it.
    Due,
    /// It waits for the daily letter.
    Digest,
    /// It is part of a daily letter.
    Collected,
    /// The mail server has it.
    Sent,
}

impl LetterState {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Digest => "digest",
            Self::Collected => "collected",
            Self::Sent => "sent",
        }
    }

    /// Reads what [`LetterState::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Due, Self::Digest, Self::Collected, Self::Sent]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// What letters are about, as far as people choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What others did with one's records.
    Records,
    /// One's webhooks.
    Webhooks,
    /// Tasks that were given up; for administrators.
    Tasks,
}

/// When a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// By a letter of its own.
    Immediately,
    /// Together with all else, once a day.
    Daily,
    /// Not at all.
    Off,
}

/// How a person wants to be written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// In which language, as in BCP 47: `de-AT`. None: in that of the repository.
    pub language: Option<String>,
    /// See [`Topic::Records`].
    pub records: When,
    /// See [`Topic::Webhooks`].
    pub webhooks: When,
    /// See [`Topic::Tasks`]. Never immediately: what fails fails in numbers.
    pub tasks: When,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            language: None,
            records: When::Immediately,
            webhooks: When::Immediately,
            tasks: When::Daily,
        }
    }
}

impl MailSettings {
    /// When the person is told of this.
    pub fn when(&self, topic: Topic) -> When {
        match topic {
            Topic::Records => self.records,
            Topic::Webhooks => self.webhooks,
            Topic::Tasks => self.tasks,
        }
    }
}
