//! An engine, with all that is asked of it measured and made a part of the trace that it is asked in.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use repono_service::{Error, Result};
use tracing::{Instrument as _, Span};

use super::bell::Bell;
use super::engine::{Connection, Engine, Failure, Transaction};
use super::meter::{Meter, Operation, PoolState};
use super::script::{Done, Script};
use super::statement::Statement;

/// See above.
pub(super) struct Observed<E> {
    pub(super) inner: E,
    meter: Arc<Meter>,
}

impl<E: Engine> Observed<E> {
    pub(super) fn new(inner: E) -> Self {
        Self { inner, meter: Arc::new(Meter::new(E::SYSTEM)) }
    }
}

#[async_trait]
impl<E: Engine> Engine for Observed<E> {
    type Row = E::Row;

    const CLOCK: Option<&'static str> = E::CLOCK;
    const SYSTEM: &'static str = E::SYSTEM;

    async fn rows(&self, statement: Statement) -> Result<Vec<E::Row>> {
        let operation = self.meter.statement(&statement.text);
        let span = operation.span();
        measured(&operation, span, self.inner.rows(statement)).await
    }

    async fn run(&self, script: Script) -> Result<Done> {
        let (operation, span) = of_script(&self.meter, &script);
        measured(&operation, span, self.inner.run(script)).await
    }

    async fn transact<T: Transaction>(&self, transaction: T) -> Result<T::Output> {
        let operation = self.meter.transaction(T::TABLE);
        let span = operation.span();
        let within = Within { transaction, span: span.clone(), meter: Arc::clone(&self.meter) };
        measured(&operation, span, self.inner.transact(within)).await
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    fn pool(&self) -> PoolState {
        self.inner.pool()
    }

    fn bell(&self) -> &Bell {
        self.inner.bell()
    }
}

fn of_script(meter: &Meter, script: &Script) -> (Arc<Operation>, Span) {
    if let [step] = &script.steps[..] {
        let operation = meter.statement(&step.statement.text);
        let span = operation.span();
        return (operation, span);
    }
    let operation = meter.batch();
    let span = operation.span();
    if !span.is_disabled() {
        span.record("db.operation.batch.size", script.steps.len());
        span.record("db.query.summary", script.summary());
    }
    (operation, span)
}

trait Fault {
    /// Nothing if it is the database's own.
    fn told(&self) -> Option<&Error>;
}

impl Fault for Error {
    fn told(&self) -> Option<&Error> {
        Some(self)
    }
}

impl Fault for Failure {
    fn told(&self) -> Option<&Error> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Broken(_) => None,
        }
    }
}

async fn measured<T, F: Fault>(
    operation: &Operation,
    span: Span,
    work: impl Future<Output = Result<T, F>>,
) -> Result<T, F> {
    let begun = Instant::now();
    let outcome = work.instrument(span.clone()).await;
    operation.record(&span, begun.elapsed(), outcome.as_ref().err().and_then(Fault::told));
    outcome
}

/// A transaction, of which each statement is a part of the trace: also where it is carried out by
/// someone else than who asks for it.
struct Within<T> {
    transaction: T,
    span: Span,
    meter: Arc<Meter>,
}

#[async_trait]
impl<T: Transaction> Transaction for Within<T> {
    type Output = T::Output;

    const TABLE: &'static str = T::TABLE;

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<T::Output, Failure> {
        let mut connection = Watched { connection, meter: &self.meter };
        self.transaction.run(&mut connection).instrument(self.span.clone()).await
    }
}

struct Watched<'c, C> {
    connection: &'c mut C,
    meter: &'c Meter,
}

#[async_trait]
impl<C: Connection> Connection for Watched<'_, C> {
    type Row = C::Row;

    async fn rows(&mut self, statement: &Statement) -> Result<Vec<C::Row>, Failure> {
        let operation = self.meter.statement(&statement.text);
        measured(&operation, operation.span(), self.connection.rows(statement)).await
    }

    async fn run(&mut self, script: &mut Script) -> Result<Done, Failure> {
        let (operation, span) = of_script(self.meter, script);
        measured(&operation, span, self.connection.run(script)).await
    }
}
