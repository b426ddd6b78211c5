//! Embargoes that are over.

use jiff::civil::Date;
use repono_domain::{CollectionName, RecordId};
use repono_service::Result;

use crate::sql::cells::{Cells, FromCells};
use crate::sql::statement::Statement;

pub(super) fn over(today: Date, after: Option<RecordId>, limit: u32) -> Statement {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let sql = "select r.id, r.collection from embargoes e join records r on r.id = e.record \
               where e.until_day <= ? and e.record > ? order by e.record limit ?";
    Statement::new(sql).bind(today.to_string()).bind(after).bind(limit)
}

impl FromCells for (CollectionName, RecordId) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("records")?;
        let id = at.parse_key("id")?;
        Ok((cells.parse(&at, "collection")?, id))
    }
}
