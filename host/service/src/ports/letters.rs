//! Letters that people are owed, and how they want to be written to.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{Letter, LetterState, MailSettings, UserId};

use crate::Result;

/// The truth about letters. New ones come by [`super::Change::InsertLetter`].
#[async_trait]
pub trait Letters: Send + Sync {
    /// One letter.
    async fn letter(&self, id: &str) -> Result<Option<Letter>>;

    /// Notes that the mail server has it. Nothing happens to one that is not there.
    async fn note_sent(&self, id: &str, at: Timestamp) -> Result<()>;

    /// Up to `limit` letters that wait for the daily one, of people after `after`: person by person,
    /// each one's in the order in which they were made.
    async fn waiting_letters(&self, after: Option<UserId>, limit: u32) -> Result<Vec<Letter>>;

    /// Removes letters that have been in this state since before then. Answers how many.
    async fn forget_letters(&self, state: LetterState, before: Timestamp) -> Result<u64>;

    /// How this person wants to be written to; as everybody by default, if nothing was said.
    async fn mail_settings(&self, person: UserId) -> Result<MailSettings>;

    /// Keeps how this person wants to be written to.
    async fn keep_mail_settings(&self, person: UserId, settings: &MailSettings) -> Result<()>;
}
