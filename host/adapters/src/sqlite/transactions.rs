//! Carries out transactions.

use async_trait::async_trait;
use repono_service::Result;
use repono_service::ports::{Change, Transactions, Written};

use super::script::Mark;
use super::{Sqlite, changes, error};

#[async_trait]
impl Transactions for Sqlite {
    async fn write(&self, changes: Vec<Change>) -> Result<Written> {
        if changes.is_empty() {
            return Ok(Written::default());
        }
        // Written out here and not by the writer, who has the work of all callers to do.
        let script = changes::script(changes, self.now())?;
        let done = self.writer.run(script).await?;

        let numbers = |wanted| {
            done.numbers
                .iter()
                .filter(move |(mark, _)| *mark == wanted)
                .map(|(_, number)| *number)
                .collect()
        };
        Ok(Written { outbox: numbers(Mark::Promise), ids: numbers(Mark::Account) })
    }

    async fn ping(&self) -> Result<()> {
        if !self.writer.is_open() {
            return Err(error::closed());
        }
        sqlx::query("select 1").execute(&self.readers).await.map_err(error::read)?;
        Ok(())
    }
}
