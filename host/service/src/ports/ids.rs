//! Randomness, so that tests can predict it.

use repono_domain::{RecordId, TaskId};

/// Makes ids and secrets.
pub trait Ids: Send + Sync {
    /// A new public id. Unique with overwhelming likelihood; the database has the last word.
    fn record(&self) -> RecordId;
    /// A new task id.
    fn task(&self) -> TaskId;
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
