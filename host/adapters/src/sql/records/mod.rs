//! Reads records.

mod embargoes;
mod old;
mod rows;
mod walk;

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use repono_domain::{CollectionName, Digest, Draft, Parent, Record, RecordId, Revision};
use repono_service::Result;
use repono_service::ports::{Filter, Outline, Records, Stored};

use self::rows::{
    Import, Size, draft_columns, draft_tables, parent_columns, record_columns, record_tables,
};
use super::Sql;
use super::engine::Engine;
use super::statement::{Statement, WIDEST};

/// Of a document whose size was not kept yet: what most do not reach.
const LIKELY_BYTES: u64 = 64 << 10;

/// What is read of a [`Draft`], up to the condition.
macro_rules! select_draft {
    () => {
        concat!("select ", parent_columns!(), ", ", draft_columns!(), ", r.id", draft_tables!())
    };
}

/// What is read of a [`Record`], up to the condition.
macro_rules! select_record {
    () => {
        concat!("select ", parent_columns!(), ", ", record_columns!(), ", d.id", record_tables!())
    };
}

#[async_trait]
impl<E: Engine> Records for Sql<E> {
    async fn draft(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Draft>> {
        let sql = concat!(select_draft!(), " where d.id = ? and d.collection = ?");
        self.engine.first(Statement::new(sql).bind(id).bind(collection.as_str())).await
    }

    async fn record(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Record>> {
        let sql = concat!(select_record!(), " where r.id = ? and r.collection = ?");
        self.engine.first(Statement::new(sql).bind(id).bind(collection.as_str())).await
    }

    async fn parent(&self, collection: &CollectionName, id: RecordId) -> Result<Option<Parent>> {
        let sql = concat!(
            "select ",
            parent_columns!(),
            " from parents p where p.id = ? and p.collection = ?"
        );
        self.engine.first(Statement::new(sql).bind(id).bind(collection.as_str())).await
    }

    async fn version(&self, parent: RecordId, version_index: u32) -> Result<Option<Record>> {
        let sql = concat!(select_record!(), " where r.parent = ? and r.version_index = ?");
        self.engine.first(Statement::new(sql).bind(parent).bind(version_index)).await
    }

    async fn versions(&self, parent: RecordId) -> Result<Vec<(u32, RecordId)>> {
        let sql = "select id, version_index from records where parent = ? and tombstone is null order by version_index desc";
        self.engine.all(Statement::new(sql).bind(parent)).await
    }

    async fn new_version_draft(&self, parent: RecordId) -> Result<Option<Draft>> {
        let sql = concat!(
            select_draft!(),
            " where d.parent = ? and r.id is null order by d.version_index desc limit 1"
        );
        self.engine.first(Statement::new(sql).bind(parent)).await
    }

    async fn stored(&self, ids: &[RecordId]) -> Result<Vec<Stored>> {
        let mut stored = Vec::with_capacity(ids.len());
        for ids in ids.chunks(WIDEST) {
            // In one statement, so that the version is that of what is read with it.
            let sql = concat!(
                "select k.id, ",
                parent_columns!(),
                ", ",
                record_columns!(),
                ", ",
                draft_columns!(),
                " from (select id, parent from records where id in ([?]) union select id, parent from drafts where id in ([?])) k \
                 join parents p on p.id = k.parent \
                 left join records r on r.id = k.id left join revisions v on v.record = r.id and v.revision = r.revision \
                 left join drafts d on d.id = k.id"
            );
            let keys = || ids.iter().map(|id| [(*id).into()]);
            let statement = Statement::new(sql).bind_list(keys()).bind_list(keys());
            let found: Vec<Stored> = self.engine.all(statement).await?;

            let mut found: HashMap<RecordId, Stored> =
                found.into_iter().map(|stored| (stored.id, stored)).collect();
            stored.extend(ids.iter().enumerate().map(|(place, id)| {
                let is_asked_again = ids[place + 1..].contains(id);
                let one = if is_asked_again { found.get(id).cloned() } else { found.remove(id) };
                one.unwrap_or_else(|| gone(*id))
            }));
        }
        Ok(stored)
    }

    async fn sizes(&self, ids: &[RecordId]) -> Result<Vec<u64>> {
        let mut sizes: HashMap<RecordId, u64> = HashMap::new();
        for ids in ids.chunks(WIDEST) {
            let sql = "select r.id, v.bytes from records r join revisions v on v.record = r.id and v.revision = r.revision where r.id in ([?]) \
                       union all select d.id, d.bytes from drafts d where d.id in ([?])";
            let keys = || ids.iter().map(|id| [(*id).into()]);
            let statement = Statement::new(sql).bind_list(keys()).bind_list(keys());
            for Size { id, bytes } in self.engine.all(statement).await? {
                *sizes.entry(id).or_default() += bytes.unwrap_or(LIKELY_BYTES);
            }
        }
        Ok(ids.iter().map(|id| sizes.get(id).copied().unwrap_or_default()).collect())
    }

    async fn imported(&self, lines: &[Digest]) -> Result<Vec<Option<RecordId>>> {
        let mut records = HashMap::new();
        for lines in lines.chunks(WIDEST) {
            let sql = "select record, line from imports where line in ([?])";
            let lines = lines.iter().map(|line| [line.as_str().into()]);
            let found: Vec<Import> = self.engine.all(Statement::new(sql).bind_list(lines)).await?;
            records.extend(found.into_iter().map(|found| (found.line, found.record)));
        }
        Ok(lines.iter().map(|line| records.get(line).copied()).collect())
    }

    async fn walk(
        &self,
        collection: &CollectionName,
        filter: Filter,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>> {
        self.engine.all(walk::walk(collection, filter, after, limit)).await
    }

    async fn outline(
        &self,
        collection: &CollectionName,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<Outline>> {
        self.engine.all(walk::outline(collection, after, limit)).await
    }

    async fn count(&self, collection: &CollectionName, filter: Filter) -> Result<u64> {
        Ok(self.engine.first(walk::count(collection, filter)).await?.unwrap_or_default())
    }

    async fn embargoes_over(
        &self,
        today: Date,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<(CollectionName, RecordId)>> {
        self.engine.all(embargoes::over(today, after, limit)).await
    }

    async fn abandoned_drafts(
        &self,
        before: Timestamp,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<(CollectionName, RecordId)>> {
        self.engine.all(old::abandoned_drafts(before, after, limit)).await
    }

    async fn long_deleted(
        &self,
        before: Timestamp,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<(CollectionName, RecordId)>> {
        self.engine.all(old::long_deleted(before, after, limit)).await
    }

    async fn revisions(&self, id: RecordId) -> Result<Vec<Revision>> {
        let sql = "select record, revision, created, author, document, plugin, schema_version from revisions where record = ? order by revision";
        self.engine.all(Statement::new(sql).bind(id)).await
    }
}

/// A work of which nothing is left: its version is higher than any that it had.
fn gone(id: RecordId) -> Stored {
    Stored { id, version: u64::MAX >> 1, record: None, draft: None }
}
