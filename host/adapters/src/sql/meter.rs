//! What is measured of a database: how long everything takes that is asked of it, and how long one
//! waits for a connection.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};
use repono_service::{Error, Kind};
use tracing::Span;
use tracing::field::Empty;

use super::statement::Text;

const DURATION: &str = "db_client_operation_duration_seconds";
const WAIT: &str = "db_client_connection_wait_time_seconds";
const TIMEOUTS: &str = "db_client_connection_timeouts_total";

/// Says what the metrics of databases mean.
pub(crate) fn describe() {
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "What was asked of the database, waiting for a connection and for a commit included."
    );
    describe_histogram!(WAIT, Unit::Seconds, "How long it took to get a connection of the pool.");
    describe_counter!(TIMEOUTS, "Waits for a connection that were given up.");
}

/// Connections of a pool at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolState {
    /// At the most.
    pub max: u32,
    /// Open.
    pub open: u32,
    /// Open, and in nobody's hands.
    pub idle: u32,
}

/// Measures one database.
pub(super) struct Meter {
    /// As OpenTelemetry calls it.
    system: &'static str,
    /// By operation and table: as many as there are statements, lists not counted.
    known: RwLock<HashMap<&'static str, HashMap<String, Arc<Operation>>>>,
}

/// What is asked of a database, whatever its values are.
pub(super) struct Operation {
    system: &'static str,
    verb: &'static str,
    table: String,
    /// `SELECT outbox`
    name: String,
    /// Made when they are first wanted: most never fail.
    durations: [OnceLock<Histogram>; OUTCOMES.len()],
}

/// Without an error, and the two that are nobody's wish.
const OUTCOMES: [&str; 3] = ["", "unavailable", "internal"];

impl Meter {
    pub(super) fn new(system: &'static str) -> Self {
        Self { system, known: RwLock::default() }
    }

    /// A statement.
    pub(super) fn statement(&self, text: &Text) -> Arc<Operation> {
        let (verb, table) = text.summary();
        self.operation(verb, table)
    }

    /// Several statements that are carried out together.
    pub(super) fn batch(&self) -> Arc<Operation> {
        self.operation("BATCH", "")
    }

    /// A transaction that reads before it writes, by the table that it is about.
    pub(super) fn transaction(&self, table: &'static str) -> Arc<Operation> {
        self.operation("TRANSACTION", table)
    }

    fn operation(&self, verb: &'static str, table: &str) -> Arc<Operation> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(operation) = known.get(verb).and_then(|tables| tables.get(table)) {
            return Arc::clone(operation);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let operation =
            known.entry(verb).or_default().entry(table.to_owned()).or_insert_with(|| {
                Arc::new(Operation {
                    system: self.system,
                    verb,
                    table: table.to_owned(),
                    name: format!("{verb} {table}").trim_end().to_owned(),
                    durations: [const { OnceLock::new() }; OUTCOMES.len()],
                })
            });
        Arc::clone(operation)
    }
}

impl Operation {
    /// For a trace.
    pub(super) fn span(&self) -> Span {
        tracing::debug_span!(
            "db.operation",
            otel.name = self.name,
            otel.kind = "client",
            otel.status_code = Empty,
            "error.type" = Empty,
            db.system.name = self.system,
            db.operation.name = self.verb,
            db.collection.name = self.table,
            db.operation.batch.size = Empty,
            db.query.summary = Empty,
        )
    }

    /// It is over.
    pub(super) fn record(&self, span: &Span, took: Duration, error: Option<&Error>) {
        let outcome = match error.map(Error::kind) {
            Some(Kind::Unavailable) => 1,
            Some(Kind::Internal) => 2,
            _ => 0,
        };
        if outcome > 0 {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", OUTCOMES[outcome]);
        }
        self.durations[outcome].get_or_init(|| self.histogram(OUTCOMES[outcome])).record(took);
    }

    fn histogram(&self, error: &'static str) -> Histogram {
        let mut labels = vec![
            ("db_system_name", self.system.to_owned()),
            ("db_operation_name", self.verb.to_owned()),
        ];
        labels.extend(
            [("db_collection_name", self.table.as_str()), ("error_type", error)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name, value.to_owned())),
        );
        histogram!(DURATION, &labels)
    }
}

/// Measures the way to a connection.
pub(super) struct PoolMeter {
    waits: Histogram,
    timeouts: Counter,
}

impl PoolMeter {
    pub(super) fn new(system: &'static str) -> Self {
        Self {
            waits: histogram!(WAIT, "db_system_name" => system),
            timeouts: counter!(TIMEOUTS, "db_system_name" => system),
        }
    }

    /// A connection of the pool.
    pub(super) async fn acquire<D: sqlx::Database>(
        &self,
        pool: &sqlx::Pool<D>,
    ) -> Result<sqlx::pool::PoolConnection<D>, sqlx::Error> {
        let begun = std::time::Instant::now();
        let acquired = pool.acquire().await;
        self.waits.record(begun.elapsed());
        if matches!(acquired, Err(sqlx::Error::PoolTimedOut)) {
            self.timeouts.increment(1);
        }
        acquired
    }
}

/// What a pool is like now.
pub(super) fn state<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> PoolState {
    PoolState {
        max: pool.options().get_max_connections(),
        open: pool.size(),
        idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
    }
}
