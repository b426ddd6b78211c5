//! The one writer: takes what waits, commits it together, answers.
//!
//! A commit's price is its flush to the disk, whatever it holds. While one is under way, work
//! gathers in the channel and goes into the next. Each work is in a savepoint of its own, so that
//! one that is refused takes nothing else with it.
//!
//! A caller that goes away harms nothing: its work is done or not done as a whole.

use repono_service::Result;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{mpsc, oneshot};

use super::error;
use super::work::{Desk, Job, Work, job};
use crate::sql::engine::Failure;

/// So many works go into one commit at most, so that the first does not wait long for the last.
const BATCH: usize = 256;

/// So many works wait before callers are made to wait with them in their hands.
const WAITING: usize = 1024;

/// Hands work to the writer.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Message>);

enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<Result<()>>),
}

impl Writer {
    /// Starts the writer on its connection. It ends when it is closed or no one can hand it work.
    pub(super) fn start(connection: SqliteConnection, options: SqliteConnectOptions) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let clerk = Clerk { connection: Some(connection), options, failing: false };
        drop(tokio::spawn(clerk.serve(receiver)));
        Self(sender)
    }

    /// Has it done. When it answers well, it is durable.
    pub(super) async fn run<W: Work>(&self, work: W) -> Result<W::Output> {
        let (job, answer) = job(work);
        self.0.send(Message::Job(job)).await.map_err(|_gone| error::closed())?;
        answer.await.map_err(|_gone| error::closed())?
    }

    /// Finishes what waits, moves the log into the database file and closes it.
    pub(super) async fn close(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        if self.0.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.map_err(|_gone| error::closed())?
    }

    /// Whether it takes work.
    pub(super) fn is_open(&self) -> bool {
        !self.0.is_closed()
    }
}

/// Who does the work.
struct Clerk {
    /// None after it broke; opened anew for the next batch.
    connection: Option<SqliteConnection>,
    options: SqliteConnectOptions,
    /// Whether the last batch could not be written.
    failing: bool,
}

impl Clerk {
    async fn serve(mut self, mut receiver: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(BATCH);
        while receiver.recv_many(&mut messages, BATCH).await > 0 {
            let mut jobs = Vec::with_capacity(messages.len());
            let mut closing = None;
            for message in messages.drain(..) {
                match message {
                    Message::Job(job) if closing.is_none() => jobs.push(job),
                    Message::Job(job) => job.answer(Err(error::closed())),
                    Message::Close(reply) => closing = Some(reply),
                }
            }
            self.write(jobs).await;

            if let Some(reply) = closing {
                receiver.close();
                drop(reply.send(self.close().await));
                return;
            }
        }
        // Nobody can hand us work: the database was dropped without being closed.
        drop(self.close().await);
    }

    async fn write(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        jobs.retain(|job| job.is_awaited());
        if jobs.is_empty() {
            return;
        }
        match self.try_write(&mut jobs).await {
            Ok(outcomes) => {
                if self.failing {
                    tracing::info!("the database takes changes again");
                }
                self.failing = false;
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    job.answer(outcome);
                }
            }
            Err(error) => {
                self.recover(&error).await;
                for job in jobs {
                    job.answer(Err(error::describe(&error)));
                }
            }
        }
    }

    /// One outcome for each job, all durable; or an error that concerns them all.
    async fn try_write(
        &mut self,
        jobs: &mut [Box<dyn Job>],
    ) -> Result<Vec<Result<()>>, sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.options.connect().await?),
        };

        let mut outcomes: Vec<Result<()>> = Vec::with_capacity(jobs.len());
        let shared = jobs.len() > 1;
        for job in jobs {
            let opening: &[&str] = match outcomes.last() {
                None if shared => &["begin immediate", "savepoint work"],
                None => &["begin immediate"],
                Some(Ok(())) => &["release work", "savepoint work"],
                Some(Err(_)) => &["rollback to work"],
            };
            let mut desk = Desk::new(connection, opening);
            let outcome = job.run(&mut desk).await;
            // A work that was refused before its first statement has not said it.
            desk.open().await?;
            outcomes.push(match outcome {
                Ok(()) => Ok(()),
                Err(Failure::Refused(error)) => Err(error),
                Err(Failure::Broken(error)) => return Err(error),
            });
        }
        if shared && outcomes.last().is_some_and(Result::is_err) {
            sqlx::query("rollback to work").execute(&mut *connection).await?;
        }
        let end = if outcomes.iter().any(Result::is_ok) { "commit" } else { "rollback" };
        sqlx::query(end).execute(&mut *connection).await?;
        Ok(outcomes)
    }

    /// Makes the connection fit for the next batch, or leaves it to be opened anew.
    async fn recover(&mut self, error: &sqlx::Error) {
        if !self.failing {
            tracing::warn!(error = %error, "the database does not take changes");
        }
        self.failing = true;
        let Some(mut connection) = self.connection.take() else { return };
        // SQLite may have rolled back by itself, then there is nothing to roll back.
        drop(sqlx::query("rollback").execute(&mut connection).await);
        if error::heals_by_itself(error) {
            self.connection = Some(connection);
        }
    }

    async fn close(&mut self) -> Result<()> {
        let Some(mut connection) = self.connection.take() else { return Ok(()) };
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut connection)
            .await
            .map_err(error::read)?;
        connection.close().await.map_err(error::read)
    }
}
