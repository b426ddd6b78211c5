//! What SQLite's errors mean to a caller.

use repono_service::Error;

use crate::sql::engine::Failure;

/// The port's name as operators know it.
const DEPENDENCY: &str = "database";

/// What the file lies on.
const DISK: &str = "disk";

/// Primary result codes, <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READ_ONLY: i32 = 8;
    pub(super) const IO: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANNOT_OPEN: i32 = 14;
    pub(super) const CONSTRAINT: i32 = 19;
    pub(super) const NOT_A_DATABASE: i32 = 26;

    /// Statement-level errors: SQL, mismatched type, out of range, too big.
    pub(super) const OF_THE_STATEMENT: [i32; 4] = [1, 18, 20, 25];
}

/// Tells what happened, in a sentence. Does not take the error, as one may concern many callers.
pub(super) fn describe(error: &sqlx::Error) -> Error {
    match (primary_code(error), error) {
        (Some(code::FULL), _) => disk("the disk is full, nothing of this was stored", error),
        (Some(code::READ_ONLY), _) => {
            disk("the data folder cannot be written to: it or its file system is read-only", error)
        }
        (Some(code::CANNOT_OPEN), _) => unavailable(
            "the database file cannot be opened: look at the data folder and who may write in it",
            error,
        ),
        (Some(code::BUSY | code::LOCKED), _) => {
            unavailable("another program holds the database file", error)
        }
        (Some(code::IO), _) => disk("the disk reports an error", error),
        (Some(code::NOT_A_DATABASE), _) => {
            internal("the database file is not a SQLite database", error)
        }
        (Some(code::CORRUPT), _) => {
            internal("the database file is damaged: restore it from a backup", error)
        }
        (
            None,
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed,
        ) => unavailable("it does not answer", error),
        _ => internal("the database refused a statement", error),
    }
}

/// For `map_err` on reads.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn read(error: sqlx::Error) -> Error {
    describe(&error)
}

/// For `map_err` within a transaction.
pub(super) fn failure(error: sqlx::Error) -> Failure {
    if is_of_the_statement(&error) {
        Failure::Refused(describe(&error))
    } else {
        Failure::Broken(error)
    }
}

/// The database has been closed.
pub(super) fn closed() -> Error {
    Error::unavailable(DEPENDENCY, "the database has been closed")
}

/// Whether a constraint said no.
pub(super) fn is_constraint(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(code::CONSTRAINT)
}

/// Whether only the statement is at fault, and others may go on in the same transaction.
fn is_of_the_statement(error: &sqlx::Error) -> bool {
    match primary_code(error) {
        Some(code) => code == code::CONSTRAINT || code::OF_THE_STATEMENT.contains(&code),
        None => matches!(
            error,
            sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::RowNotFound
                | sqlx::Error::Encode(_)
                | sqlx::Error::Decode(_)
        ),
    }
}

/// Whether the connection is as good as new once its transaction is rolled back.
pub(super) fn heals_by_itself(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(code::FULL | code::BUSY | code::LOCKED))
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

fn unavailable(sentence: &str, error: &sqlx::Error) -> Error {
    Error::unavailable(DEPENDENCY, format!("{sentence} ({error})"))
}

fn disk(sentence: &str, error: &sqlx::Error) -> Error {
    Error::unavailable(DISK, format!("{sentence} ({error})"))
}

fn internal(sentence: &str, error: &sqlx::Error) -> Error {
    Error::internal(sentence, error.to_string())
}
