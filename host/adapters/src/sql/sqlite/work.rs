//! Something to be done in a transaction that others may share.

use async_trait::async_trait;
use repono_service::Result;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

use super::error;
use crate::sql::engine::{Failure, Transaction};

/// The writer's connection as one work gets it.
pub(super) struct Desk<'c> {
    pub(super) connection: &'c mut SqliteConnection,
    opening: &'static [&'static str],
}

impl<'c> Desk<'c> {
    /// What opens the work is said with its first statement: a trip of its own would cost more than
    /// most statements do.
    pub(super) fn new(
        connection: &'c mut SqliteConnection,
        opening: &'static [&'static str],
    ) -> Self {
        Self { connection, opening }
    }

    /// For the first statement to say.
    pub(super) fn take_opening(&mut self) -> &'static [&'static str] {
        std::mem::take(&mut self.opening)
    }

    /// The connection, after the opening has been said.
    pub(super) async fn open(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        for statement in self.take_opening() {
            sqlx::query(*statement).execute(&mut *self.connection).await?;
        }
        Ok(self.connection)
    }
}

/// Something to be done in a transaction.
#[async_trait]
pub(super) trait Work: Send + 'static {
    /// What it brings.
    type Output: Send + 'static;

    /// Is called once, within a transaction that others may share.
    async fn run(&mut self, desk: &mut Desk<'_>) -> Result<Self::Output, Failure>;
}

#[async_trait]
impl<T: Transaction> Work for T {
    type Output = T::Output;

    async fn run(&mut self, desk: &mut Desk<'_>) -> Result<T::Output, Failure> {
        Transaction::run(self, desk).await
    }
}

/// A [`Work`] whose output is kept until it is durable.
#[async_trait]
pub(super) trait Job: Send {
    /// Whether anyone wants to know.
    fn is_awaited(&self) -> bool;

    /// As [`Work::run`].
    async fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), Failure>;

    /// Tells what came of it: `outcome`, or what the run brought.
    fn answer(self: Box<Self>, outcome: Result<()>);
}

/// What is to be done, and where its answer will be.
pub(super) fn job<W: Work>(work: W) -> (Box<dyn Job>, oneshot::Receiver<Result<W::Output>>) {
    let (reply, answer) = oneshot::channel();
    (Box::new(Pending { work, output: None, reply }), answer)
}

struct Pending<W: Work> {
    work: W,
    output: Option<W::Output>,
    reply: oneshot::Sender<Result<W::Output>>,
}

#[async_trait]
impl<W: Work> Job for Pending<W> {
    fn is_awaited(&self) -> bool {
        !self.reply.is_closed()
    }

    async fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), Failure> {
        self.output = Some(self.work.run(desk).await?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let Self { output, reply, .. } = *self;
        // If nobody waits any more, it is stored all the same.
        drop(reply.send(outcome.and_then(|()| output.ok_or_else(error::closed))));
    }
}
