//! Through a collection in the order of its ids.

use repono_domain::{CollectionName, RecordId};
use repono_service::ports::Filter;

use crate::sql::statement::Statement;

pub(super) fn walk(
    collection: &CollectionName,
    filter: Filter,
    after: Option<RecordId>,
    limit: u32,
) -> Statement {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let statement = match filter {
        Filter::Published => Statement::new(
            "select id from records where collection = ? and id > ? and tombstone is null order by id limit ?",
        ),
        // Both halves stop at the limit themselves, so that neither is read to its end.
        Filter::All => Statement::new(
            "select id from (select id from records where collection = ? and id > ? order by id limit ?) as records_ahead \
             union select id from (select id from drafts where collection = ? and id > ? order by id limit ?) as drafts_ahead \
             order by id limit ?",
        )
        .bind(collection.as_str())
        .bind(after.as_str())
        .bind(limit)
    };
    let statement = statement.bind(collection.as_str()).bind(after).bind(limit);
    match filter {
        Filter::Published => statement,
        Filter::All => statement.bind(limit),
    }
}

pub(super) fn count(collection: &CollectionName, filter: Filter) -> Statement {
    match filter {
        Filter::Published => Statement::new(
            "select count(*) from records where collection = ? and tombstone is null",
        ),
        Filter::All => Statement::new(
            "select (select count(*) from records where collection = ?) + (select count(*) from drafts d where d.collection = ? \
             and not exists (select 1 from records r where r.id = d.id))",
        )
        .bind(collection.as_str()),
    }
    .bind(collection.as_str())
}
