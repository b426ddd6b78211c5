//! DOIs, and how far their registration is.

use async_trait::async_trait;
use repono_domain::{Doi, DoiProgress, DoiState, RecordId};
use repono_service::Result;
use repono_service::ports::{DoiFilter, Dois};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::statement::Statement;

/// What is read of a [`Doi`].
macro_rules! select_doi {
    () => {
        "select record, collection, name, progress, revision, state, failure, attempted, updated from dois"
    };
}

#[async_trait]
impl<E: Engine> Dois for Sql<E> {
    async fn doi(&self, record: RecordId) -> Result<Option<Doi>> {
        let sql = concat!(select_doi!(), " where record = ?");
        self.engine.first(Statement::new(sql).bind(record)).await
    }

    async fn dois(&self, filter: &DoiFilter) -> Result<Vec<Doi>> {
        let after = filter.after.map(|id| id.to_string()).unwrap_or_default();
        let statement = match filter.progress {
            None => {
                Statement::new(concat!(select_doi!(), " where record > ? order by record limit ?"))
            }
            Some(progress) => Statement::new(concat!(
                select_doi!(),
                " where progress = ? and record > ? order by record limit ?"
            ))
            .bind(progress.as_str()),
        };
        self.engine.all(statement.bind(after).bind(filter.limit)).await
    }

    async fn count_dois(&self, progress: DoiProgress) -> Result<u64> {
        let statement = Statement::new("select count(*) from dois where progress = ?");
        Ok(self.engine.first(statement.bind(progress.as_str())).await?.unwrap_or_default())
    }
}

impl FromCells for Doi {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("dois")?;
        let record = at.parse_key("record")?;
        let collection = cells.parse(&at, "collection")?;
        let name = cells.text(&at, "name")?;
        let progress = cells.text(&at, "progress")?;
        let progress = DoiProgress::from_stored(&progress)
            .ok_or_else(|| at.lie("progress", format!("{progress:?} is no progress")))?;
        let revision = cells.number(&at, "revision")?;
        let state = match cells.text_if(&at, "state")? {
            None => None,
            Some(state) => Some(
                DoiState::from_stored(&state)
                    .ok_or_else(|| at.lie("state", format!("{state:?} is no state of a DOI")))?,
            ),
        };
        Ok(Self {
            record,
            collection,
            name,
            progress,
            revision,
            state,
            failure: cells.text_if(&at, "failure")?,
            attempted: cells.time_if(&at, "attempted")?,
            updated: cells.time(&at, "updated")?,
        })
    }
}
