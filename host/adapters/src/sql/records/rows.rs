//! Rows of works, drafts, records and their history.

use repono_domain::{Digest, Draft, Parent, Record, RecordId, Revision, SchemaStamp, UserId};
use repono_service::Result;
use repono_service::ports::Stored;

use crate::sql::cells::{At, Cells, FromCells};

/// What is read of a [`Parent`], of `parents p`.
macro_rules! parent_columns {
    () => {
        "p.id, p.collection, p.owner, p.revision, p.latest, p.highest, p.pids"
    };
}

/// What is read of a [`Draft`], but for whether it is published and for its work.
macro_rules! draft_columns {
    () => {
        "d.id, d.version_index, d.revision, d.created, d.updated, d.document, d.problems, d.plugin, d.schema_version"
    };
}

/// Drafts `d` with their records `r` and works `p`.
macro_rules! draft_tables {
    () => {
        " from drafts d left join records r on r.id = d.id join parents p on p.id = d.parent"
    };
}

/// What is read of a [`Record`], but for whether it has a draft and for its work.
macro_rules! record_columns {
    () => {
        "r.id, r.version_index, r.revision, r.created, r.updated, r.tombstone, v.document, v.plugin, v.schema_version"
    };
}

/// Records `r` with their present state `v`, drafts `d` and works `p`.
macro_rules! record_tables {
    () => {
        " from records r join revisions v on v.record = r.id and v.revision = r.revision \
         left join drafts d on d.id = r.id join parents p on p.id = r.parent"
    };
}

pub(super) use {draft_columns, draft_tables, parent_columns, record_columns, record_tables};

/// How many [`draft_columns`] and [`record_columns`] there are, but for the key.
const COLUMNS: usize = 8;

impl FromCells for Parent {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("parents")?;
        Ok(Self {
            id: at.parse_key("id")?,
            collection: cells.parse(&at, "collection")?,
            owner: UserId(cells.number(&at, "owner")?),
            revision: cells.number(&at, "revision")?,
            latest: cells.number_if(&at, "latest")?,
            highest: cells.number(&at, "highest")?,
            pids: cells.json(&at, "pids")?,
        })
    }
}

impl FromCells for Draft {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let parent = Parent::read(cells)?;
        let at = cells.key("drafts")?;
        let mut draft = draft(cells, &at, parent)?;
        draft.published = cells.key_if("records")?.is_some();
        Ok(draft)
    }
}

impl FromCells for Record {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let parent = Parent::read(cells)?;
        let at = cells.key("records")?;
        let mut record = record(cells, &at, parent)?;
        record.has_draft = cells.key_if("drafts")?.is_some();
        Ok(record)
    }
}

impl FromCells for Stored {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let id = cells.key("records")?.parse_key("id")?;
        let parent = Parent::read(cells)?;
        let version = parent.revision;
        let mut record = match cells.key_if("records")? {
            Some(at) => Some(record(cells, &at, parent.clone())?),
            None => cells.skip(COLUMNS),
        };
        let draft = match cells.key_if("drafts")? {
            Some(at) => {
                let draft = draft(cells, &at, parent)?;
                Some(Draft { published: record.is_some(), ..draft })
            }
            None => cells.skip(COLUMNS),
        };
        if let Some(record) = &mut record {
            record.has_draft = draft.is_some();
        }
        Ok(Self { id, version, record, draft })
    }
}

/// Which record a line became.
pub(super) struct Import {
    pub(super) line: Digest,
    pub(super) record: RecordId,
}

impl FromCells for Import {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("imports")?;
        let record = at.parse_key("record")?;
        Ok(Self { line: Digest::from_stored(&cells.text(&at, "line")?), record })
    }
}

/// How large a document is.
pub(super) struct Size {
    pub(super) id: RecordId,
    /// None: it was not kept.
    pub(super) bytes: Option<u64>,
}

impl FromCells for Size {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("records")?;
        Ok(Self { id: at.parse_key("id")?, bytes: cells.number_if(&at, "bytes")? })
    }
}

impl FromCells for Revision {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("revisions")?;
        Ok(Self {
            record: at.parse_key("record")?,
            revision: cells.number(&at, "revision")?,
            created: cells.time(&at, "created")?,
            by: cells.number_if(&at, "author")?.map(UserId),
            document: cells.json(&at, "document")?,
            schema: stamp(cells, &at)?,
        })
    }
}

impl FromCells for RecordId {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        cells.key("records")?.parse_key("id")
    }
}

impl FromCells for (u32, RecordId) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("records")?;
        Ok((cells.number(&at, "version_index")?, at.parse_key("id")?))
    }
}

/// As if it were not published.
fn draft(cells: &mut Cells<'_>, at: &At<'_>, parent: Parent) -> Result<Draft> {
    Ok(Draft {
        id: at.parse_key("id")?,
        parent,
        version_index: cells.number(at, "version_index")?,
        revision: cells.number(at, "revision")?,
        created: cells.time(at, "created")?,
        updated: cells.time(at, "updated")?,
        published: false,
        document: cells.json(at, "document")?,
        problems: cells.json(at, "problems")?,
        schema: stamp(cells, at)?,
    })
}

/// As if it had no draft.
fn record(cells: &mut Cells<'_>, at: &At<'_>, parent: Parent) -> Result<Record> {
    Ok(Record {
        id: at.parse_key("id")?,
        parent,
        version_index: cells.number(at, "version_index")?,
        revision: cells.number(at, "revision")?,
        created: cells.time(at, "created")?,
        updated: cells.time(at, "updated")?,
        tombstone: cells.json_if(at, "tombstone")?,
        document: cells.json(&at.in_table("revisions"), "document")?,
        schema: stamp(cells, &at.in_table("revisions"))?,
        has_draft: false,
    })
}

fn stamp(cells: &mut Cells<'_>, at: &At<'_>) -> Result<SchemaStamp> {
    Ok(SchemaStamp {
        plugin: Digest::from_stored(&cells.text(at, "plugin")?),
        version: cells.number(at, "schema_version")?,
    })
}
