//! Reads vocabularies.

use async_trait::async_trait;
use repono_service::Result;
use repono_service::ports::{Term, Vocabularies};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::statement::Statement;

#[async_trait]
impl<E: Engine> Vocabularies for Sql<E> {
    async fn vocabularies(&self) -> Result<Vec<(String, u64)>> {
        let sql = "select vocabulary, count(*) from terms group by vocabulary order by vocabulary";
        self.engine.all(Statement::new(sql)).await
    }

    async fn terms(&self, vocabulary: &str) -> Result<Vec<Term>> {
        let sql = "select id, json from terms where vocabulary = ? order by plugin, place";
        self.engine.all(Statement::new(sql).bind(vocabulary)).await
    }
}

impl FromCells for (String, u64) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("terms")?;
        Ok((at.key().to_owned(), cells.number(&at, "id")?))
    }
}

impl FromCells for Term {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("terms")?;
        Ok(Self { id: at.key().to_owned(), json: cells.text(&at, "json")? })
    }
}
