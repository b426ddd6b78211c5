//! Carries out transactions.

use async_trait::async_trait;
use repono_service::Result;
use repono_service::ports::{Change, Transactions, Written};

use super::engine::Engine;
use super::script::Mark;
use super::{Sql, changes};

#[async_trait]
impl<E: Engine> Transactions for Sql<E> {
    async fn write(&self, changes: Vec<Change>) -> Result<Written> {
        if changes.is_empty() {
            return Ok(Written::default());
        }
        let script = changes::script(changes, self.now())?;
        let done = self.engine.run(script).await?;

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
        self.engine.ping().await
    }
}
