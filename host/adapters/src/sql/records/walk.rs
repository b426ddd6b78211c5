//! Through a collection in the order of its ids.

use repono_domain::{CollectionName, RecordId};
use repono_service::Result;
use repono_service::ports::{Filter, Outline};

use crate::sql::cells::{Cells, FromCells};
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

pub(super) fn outline(
    collection: &CollectionName,
    after: Option<RecordId>,
    limit: u32,
) -> Statement {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let ahead =
        |statement: Statement| statement.bind(collection.as_str()).bind(after.as_str()).bind(limit);
    let statement = Statement::new(
        "select k.id, p.revision, r.id, d.id \
         from (select id, parent from (select id, parent from records where collection = ? and id > ? order by id limit ?) as records_ahead \
         union select id, parent from (select id, parent from drafts where collection = ? and id > ? order by id limit ?) as drafts_ahead) k \
         join parents p on p.id = k.parent left join records r on r.id = k.id and r.tombstone is null left join drafts d on d.id = k.id \
         order by k.id limit ?",
    );
    ahead(ahead(statement)).bind(limit)
}

impl FromCells for Outline {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("records")?;
        Ok(Self {
            id: at.parse_key("id")?,
            version: cells.number(&at.in_table("parents"), "revision")?,
            is_published: cells.text_if(&at, "id")?.is_some(),
            has_draft: cells.text_if(&at.in_table("drafts"), "id")?.is_some(),
        })
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
