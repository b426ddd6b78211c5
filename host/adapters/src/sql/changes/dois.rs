//! DOIs, and how far their registration is.

use jiff::Timestamp;
use repono_domain::{CollectionName, Doi, DoiProgress, DoiState, RecordId};

use crate::sql::script::Script;
use crate::sql::statement::{Ending, Statement};

pub(super) fn follow(
    script: &mut Script,
    record: RecordId,
    collection: &CollectionName,
    name: &str,
    now: i64,
) {
    let waiting = DoiProgress::Waiting.as_str();
    let insert = Statement::new(
        "insert into dois (record, collection, name, progress, revision, updated) values (?, ?, ?, ?, 0, ?)",
    );
    script
        .step(insert.ending(Ending::UnlessThere("record")))
        .bind(record)
        .bind(collection.as_str())
        .bind(name)
        .bind(waiting)
        .bind(now);
    script
        .step("update dois set collection = ?, name = ?, progress = ?, revision = revision + 1, updated = ? where record = ?")
        .bind(collection.as_str())
        .bind(name)
        .bind(waiting)
        .bind(now)
        .bind(record);
}

pub(super) fn settle(script: &mut Script, doi: &Doi) {
    script
        .step("update dois set progress = ?, state = ?, failure = ?, attempted = ? where record = ? and revision = ?")
        .bind(doi.progress.as_str())
        .bind(doi.state.map(DoiState::as_str))
        .bind(doi.failure.as_deref())
        .bind(doi.attempted.map(Timestamp::as_microsecond))
        .bind(doi.record)
        .bind(doi.revision);
}

pub(super) fn forget(script: &mut Script, record: RecordId, revision: u64) {
    script.step("delete from dois where record = ? and revision = ?").bind(record).bind(revision);
}
