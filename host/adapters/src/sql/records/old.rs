//! Drafts and deleted records of which nobody has heard for long.

use jiff::Timestamp;
use repono_domain::RecordId;

use crate::sql::statement::Statement;

pub(super) fn abandoned_drafts(
    before: Timestamp,
    after: Option<RecordId>,
    limit: u32,
) -> Statement {
    let sql = "select d.id, d.collection from drafts d left join records r on r.id = d.id \
               where r.id is null and d.updated < ? and d.id > ? order by d.id limit ?";
    bound(sql, before, after, limit)
}

pub(super) fn long_deleted(before: Timestamp, after: Option<RecordId>, limit: u32) -> Statement {
    let sql = "select id, collection from records \
               where tombstone is not null and updated < ? and id > ? order by id limit ?";
    bound(sql, before, after, limit)
}

fn bound(sql: &'static str, before: Timestamp, after: Option<RecordId>, limit: u32) -> Statement {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    Statement::new(sql).bind(before.as_microsecond()).bind(after).bind(limit)
}
