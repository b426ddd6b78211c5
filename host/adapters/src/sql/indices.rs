//! Remembers fills and comparisons of search indices.

use async_trait::async_trait;
use repono_domain::{CollectionName, Digest};
use repono_service::Result;
use repono_service::ports::{Comparison, Fill, IndexName, Indices};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::script::Script;
use super::statement::Statement;

#[async_trait]
impl<E: Engine> Indices for Sql<E> {
    async fn fills(&self) -> Result<Vec<Fill>> {
        let sql = "select collection, name, plugin, started, updated, done, total from index_fills order by collection";
        self.engine.all(Statement::new(sql)).await
    }

    async fn note_fill(&self, fill: &Fill) -> Result<()> {
        let mut script = Script::default();
        script.step("delete from index_fills where collection = ?").bind(fill.collection.as_str());
        script
            .step(
                "insert into index_fills (collection, name, plugin, started, updated, done, total) \
                 values (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(fill.collection.as_str())
            .bind(fill.index.0.as_str())
            .bind(fill.plugin.as_str())
            .bind(fill.started.as_microsecond())
            .bind(fill.updated.as_microsecond())
            .bind(fill.done)
            .bind(fill.total);
        self.engine.run(script).await.map(drop)
    }

    async fn forget_fill(&self, collection: &CollectionName) -> Result<()> {
        let mut script = Script::default();
        script.step("delete from index_fills where collection = ?").bind(collection.as_str());
        self.engine.run(script).await.map(drop)
    }

    async fn comparisons(&self) -> Result<Vec<Comparison>> {
        let sql = "select collection, name, started, ended, compared, mended, waiting, refused, problem from index_comparisons \
                   order by collection";
        self.engine.all(Statement::new(sql)).await
    }

    async fn note_comparison(&self, comparison: &Comparison) -> Result<()> {
        let mut script = Script::default();
        script
            .step("delete from index_comparisons where collection = ?")
            .bind(comparison.collection.as_str());
        script
            .step(
                "insert into index_comparisons (collection, name, started, ended, compared, mended, waiting, refused, problem) \
                 values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(comparison.collection.as_str())
            .bind(comparison.index.0.as_str())
            .bind(comparison.started.as_microsecond())
            .bind(comparison.ended.as_microsecond())
            .bind(comparison.compared)
            .bind(comparison.mended)
            .bind(comparison.waiting)
            .bind(comparison.refused)
            .bind(comparison.problem.as_deref());
        self.engine.run(script).await.map(drop)
    }
}

impl FromCells for Fill {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("index_fills")?;
        Ok(Self {
            collection: at.parse_key("collection")?,
            index: IndexName(cells.text(&at, "name")?),
            plugin: Digest::from_stored(&cells.text(&at, "plugin")?),
            started: cells.time(&at, "started")?,
            updated: cells.time(&at, "updated")?,
            done: cells.number(&at, "done")?,
            total: cells.number(&at, "total")?,
        })
    }
}

impl FromCells for Comparison {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("index_comparisons")?;
        Ok(Self {
            collection: at.parse_key("collection")?,
            index: IndexName(cells.text(&at, "name")?),
            started: cells.time(&at, "started")?,
            ended: cells.time(&at, "ended")?,
            compared: cells.number(&at, "compared")?,
            mended: cells.number(&at, "mended")?,
            waiting: cells.number(&at, "waiting")?,
            refused: cells.number(&at, "refused")?,
            problem: cells.text_if(&at, "problem")?,
        })
    }
}
