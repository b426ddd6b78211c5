//! All that is stored under many ids.

use std::collections::HashMap;

use repono_domain::{Draft, Record, RecordId};
use repono_service::Result;
use repono_service::ports::Stored;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection, SqlitePool};

use super::rows::{DraftRow, RecordRow, draft_columns, parent_columns, record_columns};
use crate::sqlite::error;
use crate::sqlite::rows::placeholders;

/// So many ids are asked for at a time.
const AT_A_TIME: usize = 256;

/// Of a work of which nothing is left: higher than any that it had.
const GONE: u64 = u64::MAX >> 1;

pub(super) async fn stored(readers: &SqlitePool, ids: &[RecordId]) -> Result<Vec<Stored>> {
    let mut stored = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        // Within a transaction, so that the version is that of what is read with it.
        let mut snapshot = readers.begin().await.map_err(error::read)?;
        let records: Vec<RecordRow> = fetch(&mut snapshot, record_columns!(), "r.id", ids).await?;
        let drafts: Vec<DraftRow> = fetch(&mut snapshot, draft_columns!(), "d.id", ids).await?;
        snapshot.commit().await.map_err(error::read)?;

        let records = records
            .into_iter()
            .map(RecordRow::read)
            .map(|record| record.map(|record| (record.id, record)));
        let drafts = drafts
            .into_iter()
            .map(DraftRow::read)
            .map(|draft| draft.map(|draft| (draft.id, draft)));
        let records: HashMap<RecordId, Record> = records.collect::<Result<_>>()?;
        let drafts: HashMap<RecordId, Draft> = drafts.collect::<Result<_>>()?;
        stored.extend(
            ids.iter().map(|id| pair(*id, records.get(id).cloned(), drafts.get(id).cloned())),
        );
    }
    Ok(stored)
}

fn pair(id: RecordId, record: Option<Record>, draft: Option<Draft>) -> Stored {
    let parent =
        record.as_ref().map(|record| &record.parent).or(draft.as_ref().map(|draft| &draft.parent));
    Stored { id, version: parent.map_or(GONE, |parent| parent.revision), record, draft }
}

async fn fetch<R: for<'r> FromRow<'r, SqliteRow> + Send + Unpin>(
    connection: &mut SqliteConnection,
    columns: &str,
    key: &str,
    ids: &[RecordId],
) -> Result<Vec<R>> {
    // Filled up with the last id to a power of two, so that few texts need to be kept prepared.
    let width = ids.len().next_power_of_two();
    let text = format!("{columns} where {key} in ({})", placeholders(width));
    let mut query = sqlx::query_as(AssertSqlSafe(text));
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    for id in ids.iter().chain(std::iter::repeat_n(last, width - ids.len())) {
        query = query.bind(id.to_string());
    }
    query.fetch_all(connection).await.map_err(error::read)
}
