//! Through a collection in the order of its ids.

use repono_domain::{CollectionName, RecordId};
use repono_service::Result;
use repono_service::ports::Filter;
use sqlx::SqlitePool;

use crate::sqlite::error;
use crate::sqlite::rows::At;

pub(super) async fn walk(
    readers: &SqlitePool,
    collection: &CollectionName,
    filter: Filter,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<RecordId>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let query = match filter {
        Filter::Published => {
            sqlx::query_scalar("select id from records where collection = ? and id > ? and tombstone is null order by id limit ?")
                .bind(collection.as_str())
                .bind(after)
        }
        // Both halves stop at the limit themselves, so that neither is read to its end.
        Filter::All => sqlx::query_scalar(
            "select id from (select id from records where collection = ? and id > ? order by id limit ?) as records_ahead \
             union select id from (select id from drafts where collection = ? and id > ? order by id limit ?) as drafts_ahead \
             order by id limit ?",
        )
        .bind(collection.as_str())
        .bind(after.clone())
        .bind(limit)
        .bind(collection.as_str())
        .bind(after)
        .bind(limit),
    };
    let ids: Vec<String> = query.bind(limit).fetch_all(readers).await.map_err(error::read)?;
    ids.iter().map(|id| At { table: "records", row: id }.parse("id", id)).collect()
}

pub(super) async fn count(
    readers: &SqlitePool,
    collection: &CollectionName,
    filter: Filter,
) -> Result<u64> {
    let query = match filter {
        Filter::Published => sqlx::query_scalar("select count(*) from records where collection = ? and tombstone is null"),
        Filter::All => sqlx::query_scalar(
            "select (select count(*) from records where collection = ?) + (select count(*) from drafts d where d.collection = ? \
             and not exists (select 1 from records r where r.id = d.id))",
        )
        .bind(collection.as_str()),
    };
    let count: i64 =
        query.bind(collection.as_str()).fetch_one(readers).await.map_err(error::read)?;
    Ok(u64::try_from(count).unwrap_or_default())
}
