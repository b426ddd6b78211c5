//! Reads records.

mod rows;
mod stored;
mod walk;

use async_trait::async_trait;
use repono_domain::{CollectionName, Draft, Parent, Record, RecordId, Revision};
use repono_service::Result;
use repono_service::ports::{Filter, Records, Stored};

use self::rows::{
    DraftRow, ParentRow, RecordRow, RevisionRow, draft_columns, parent_columns, record_columns,
};
use super::rows::At;
use super::{Sqlite, error};

#[async_trait]
impl Records for Sqlite {
    async fn draft(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Draft>> {
        let row: Option<DraftRow> =
            sqlx::query_as(concat!(draft_columns!(), " where d.id = ? and d.collection = ?"))
                .bind(id.to_string())
                .bind(collection.as_str())
                .fetch_optional(&self.readers)
                .await
                .map_err(error::read)?;
        row.map(DraftRow::read).transpose()
    }

    async fn record(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Record>> {
        let row: Option<RecordRow> =
            sqlx::query_as(concat!(record_columns!(), " where r.id = ? and r.collection = ?"))
                .bind(id.to_string())
                .bind(collection.as_str())
                .fetch_optional(&self.readers)
                .await
                .map_err(error::read)?;
        row.map(RecordRow::read).transpose()
    }

    async fn parent(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Parent>> {
        let row: Option<ParentRow> = sqlx::query_as(concat!(
            "select ",
            parent_columns!(),
            " from parents p where p.id = ? and p.collection = ?"
        ))
        .bind(id.to_string())
        .bind(collection.as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(error::read)?;
        row.map(ParentRow::read).transpose()
    }

    async fn version(&self, parent: RecordId, version_index: u32) -> Result<Option<Record>> {
        let row: Option<RecordRow> = sqlx::query_as(concat!(
            record_columns!(),
            " where r.parent = ? and r.version_index = ?"
        ))
        .bind(parent.to_string())
        .bind(version_index)
        .fetch_optional(&self.readers)
        .await
        .map_err(error::read)?;
        row.map(RecordRow::read).transpose()
    }

    async fn versions(&self, parent: RecordId) -> Result<Vec<(u32, RecordId)>> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select version_index, id from records where parent = ? and tombstone is null order by version_index desc",
        )
        .bind(parent.to_string())
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        let read = |(version_index, id): (i64, String)| {
            let at = At { table: "records", row: &id };
            Ok((at.number("version_index", version_index)?, at.parse("id", &id)?))
        };
        rows.into_iter().map(read).collect()
    }

    async fn new_version_draft(&self, parent: RecordId) -> Result<Option<Draft>> {
        let row: Option<DraftRow> = sqlx::query_as(concat!(
            draft_columns!(),
            " where d.parent = ? and not exists (select 1 from records e where e.id = d.id) order by d.version_index desc limit 1"
        ))
        .bind(parent.to_string())
        .fetch_optional(&self.readers)
        .await
        .map_err(error::read)?;
        row.map(DraftRow::read).transpose()
    }

    async fn stored(&self, ids: &[RecordId]) -> Result<Vec<Stored>> {
        stored::stored(&self.readers, ids).await
    }

    async fn walk(
        &self,
        collection: &CollectionName,
        filter: Filter,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>> {
        walk::walk(&self.readers, collection, filter, after, limit).await
    }

    async fn count(&self, collection: &CollectionName, filter: Filter) -> Result<u64> {
        walk::count(&self.readers, collection, filter).await
    }

    async fn revisions(&self, id: RecordId) -> Result<Vec<Revision>> {
        let rows: Vec<RevisionRow> = sqlx::query_as(
            "select record, revision, created, author, document, plugin, schema_version from revisions where record = ? order by revision",
        )
        .bind(id.to_string())
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        rows.into_iter().map(RevisionRow::read).collect()
    }
}
