//! Transactions, and what may go wrong with them.
//!
//! Others change the same tables at the same time. Whoever collides is undone by the server and
//! begins anew, a bounded number of times. A connection that turns out to be dead before anything
//! was asked for is replaced by another. What is lost later is not tried again: nobody knows
//! whether it was stored.

use std::time::Duration;

use rand::Rng as _;
use repono_service::{Error, Result};
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Database};
use tokio::time::{Instant, sleep, timeout};

use super::{
    Framing, Meaning, Row, Server, Vendor, describe, is_constraint, is_lost, meaning, unavailable,
};
use crate::sql::engine::{Connection, Failure, Transaction};
use crate::sql::statement::Statement;

/// So often does a transaction that collides with others begin anew.
const TRIES: u32 = 10;

/// Before that it waits so long at most, times the tries so far.
const PAUSE: Duration = Duration::from_millis(20);

/// What an attempt came to, if not to its end.
enum Setback {
    /// There is no connection to be had.
    NoConnection(sqlx::Error),
    /// Nothing was asked for yet.
    NotBegun(sqlx::Error),
    Failed(Failure),
    /// It was to be committed, and there was no answer.
    Unknown(sqlx::Error),
    TimedOut,
}

#[expect(private_bounds, reason = "the vendors are named by what is public")]
impl<V: Vendor> Server<V> {
    /// What a statement that changes nothing finds. It may be asked for again.
    pub(super) async fn read(&self, statement: &Statement) -> Result<Vec<Row<V>>> {
        let begun = Instant::now();
        loop {
            match self.try_to_read(statement).await {
                Err(Setback::Failed(Failure::Broken(error)))
                    if is_lost::<V>(&error) && begun.elapsed() < self.limit => {}
                outcome => return outcome.map_err(|setback| self.tell(setback)),
            }
        }
    }

    /// Carries out a transaction.
    pub(super) async fn attempt<T: Transaction>(
        &self,
        mut transaction: T,
        framing: Framing,
    ) -> Result<T::Output> {
        let begun = Instant::now();
        let mut tries = 0;
        loop {
            match self.try_to(&mut transaction, framing).await {
                Err(Setback::NotBegun(error))
                    if is_lost::<V>(&error) && begun.elapsed() < self.limit => {}
                Err(Setback::Failed(Failure::Broken(error)))
                    if is_collision::<V>(&error)
                        && tries < TRIES
                        && begun.elapsed() < self.limit =>
                {
                    tries += 1;
                    let part = rand::rng().random_range(0.0..1.0);
                    sleep(PAUSE.mul_f64(part) * tries).await;
                }
                outcome => return outcome.map_err(|setback| self.tell(setback)),
            }
        }
    }

    async fn try_to_read(&self, statement: &Statement) -> Result<Vec<Row<V>>, Setback> {
        let mut connection = self.meter.acquire(&self.pool).await.map_err(Setback::NoConnection)?;
        let found = timeout(self.limit, Connection::rows(&mut *connection, statement)).await;
        found.map_or_else(|_| Err(give_up(connection)), |found| found.map_err(Setback::Failed))
    }

    async fn try_to<T: Transaction>(
        &self,
        transaction: &mut T,
        framing: Framing,
    ) -> Result<T::Output, Setback> {
        let mut connection = self.meter.acquire(&self.pool).await.map_err(Setback::NoConnection)?;
        let done = match framing {
            Framing::Bare => {
                let run = transaction.run(&mut *connection);
                timeout(self.limit, run).await.map(|done| done.map_err(bare::<V>))
            }
            Framing::Transaction => {
                timeout(self.limit, framed::<V, T>(transaction, &mut connection)).await
            }
        };
        match done {
            Err(_) => Err(give_up(connection)),
            Ok(Err(setback)) if is_read_only::<V>(&setback) => {
                // Whoever takes over is found by a new connection. This one may stay as it is for
                // ever, even when its server takes changes again.
                drop(connection.detach());
                Err(setback)
            }
            Ok(done) => done,
        }
    }

    fn tell(&self, setback: Setback) -> Error {
        match setback {
            Setback::Failed(Failure::Refused(error)) => error,
            Setback::NoConnection(error)
            | Setback::NotBegun(error)
            | Setback::Failed(Failure::Broken(error)) => describe::<V>(&error),
            Setback::Unknown(error) => unavailable(format!(
                "{} was lost during a commit: whether it was stored is not known ({error})",
                V::NAME
            )),
            Setback::TimedOut => unavailable(format!(
                "{} gave no answer within {:?}: whether something was stored is not known",
                V::NAME,
                self.limit
            )),
        }
    }
}

/// Of a statement that is a transaction of its own.
fn bare<V: Vendor>(failure: Failure) -> Setback {
    match failure {
        // The server ended the connection, and said so instead of doing what it was asked for.
        Failure::Broken(error) if matches!(meaning::<V>(&error), Some(Meaning::Lost(_))) => {
            Setback::NotBegun(error)
        }
        Failure::Broken(error) if is_lost::<V>(&error) => Setback::Unknown(error),
        other => Setback::Failed(other),
    }
}

async fn framed<V: Vendor, T: Transaction>(
    transaction: &mut T,
    connection: &mut V::Connection,
) -> Result<T::Output, Setback> {
    let mut frame = connection.begin().await.map_err(Setback::NotBegun)?;
    match transaction.run(&mut *frame).await {
        Ok(output) => match frame.commit().await {
            Ok(()) => Ok(output),
            Err(error) if is_lost::<V>(&error) => Err(Setback::Unknown(error)),
            Err(error) => Err(Setback::Failed(Failure::Broken(error))),
        },
        Err(failure) => {
            // If it cannot be told, the end of the connection tells it.
            drop(frame.rollback().await);
            Err(Setback::Failed(failure))
        }
    }
}

/// A connection that does not answer is closed from here: in the pool it would keep a place that
/// others need.
fn give_up<D: Database>(connection: PoolConnection<D>) -> Setback {
    drop(connection.detach());
    Setback::TimedOut
}

fn is_read_only<V: Vendor>(setback: &Setback) -> bool {
    match setback {
        Setback::NotBegun(error) | Setback::Failed(Failure::Broken(error)) => {
            meaning::<V>(error) == Some(Meaning::ReadOnly)
        }
        _ => false,
    }
}

/// Whether the same may work when it begins anew. A constraint that no precondition stands for is
/// broken only by what someone else stored in the meantime.
fn is_collision<V: Vendor>(error: &sqlx::Error) -> bool {
    meaning::<V>(error) == Some(Meaning::Collision) || is_constraint(error)
}
