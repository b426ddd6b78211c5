//! Statements that are carried out one after another, and what each of them must find.
//!
//! SQLite runs on a thread of its own, and a trip there costs more than most statements. So a
//! script is handed over as one text with all its parameters, which the driver takes apart, keeps
//! prepared, and answers statement by statement.

use async_trait::async_trait;
use futures::TryStreamExt as _;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult};
use sqlx::{
    Arguments as _, AssertSqlSafe, Either, Encode, Executor as _, Sqlite, SqliteConnection, Type,
};

use super::error;
use super::preconditions::Precondition;
use super::work::{Failure, Work};

/// So many statements make a trip at most: longer texts come in too many shapes to be kept prepared.
const STATEMENTS_PER_TRIP: usize = 16;

/// Statements in their order. Make one with [`Script::step`].
#[derive(Default)]
pub(super) struct Script {
    trips: Vec<Trip>,
}

#[derive(Default)]
struct Trip {
    sql: String,
    arguments: SqliteArguments,
    steps: Vec<Step>,
    fault: Option<sqlx::Error>,
}

#[derive(Default)]
struct Step {
    demand: Demand,
    precondition: Option<Precondition>,
    mark: Option<Mark>,
}

/// What a step must find.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Demand {
    #[default]
    Nothing,
    Change,
    NoRow,
}

/// What the number that an insert was given is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Of a promise to the search index.
    Promise,
    /// Of a user or token.
    Account,
}

/// What a script brought.
#[derive(Default)]
pub(super) struct Done {
    /// Numbers given to steps marked so, in their order.
    pub(super) numbers: Vec<(Mark, i64)>,
    /// Rows changed by each step.
    pub(super) changed: Vec<u64>,
}

impl Script {
    /// Adds a statement, without a semicolon.
    pub(super) fn step(&mut self, sql: &str) -> StepBuilder<'_> {
        if self.trips.last().is_none_or(|trip| trip.steps.len() == STATEMENTS_PER_TRIP) {
            self.trips.push(Trip::default());
        }
        let place = self.trips.len() - 1;
        let trip = &mut self.trips[place];
        trip.sql.push_str(sql);
        trip.sql.push(';');
        trip.steps.push(Step::default());
        StepBuilder(trip)
    }
}

/// Completes a statement.
pub(super) struct StepBuilder<'s>(&'s mut Trip);

impl StepBuilder<'_> {
    /// Its next parameter.
    pub(super) fn bind<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(self, value: T) -> Self {
        if let Err(error) = self.0.arguments.add(value) {
            self.0.fault = Some(sqlx::Error::Encode(error));
        }
        self
    }

    /// It breaks this precondition if a constraint refuses it.
    pub(super) fn unless_refused(self, precondition: Precondition) {
        self.demand(Demand::Nothing, precondition);
    }

    /// It breaks this precondition if it changes no row or a constraint refuses it.
    pub(super) fn must_change(self, precondition: Precondition) {
        self.demand(Demand::Change, precondition);
    }

    /// It breaks this precondition if it finds a row.
    pub(super) fn must_not_find(self, precondition: Precondition) {
        self.demand(Demand::NoRow, precondition);
    }

    /// The number it is given is wanted.
    pub(super) fn mark(self, mark: Mark) -> Self {
        if let Some(step) = self.0.steps.last_mut() {
            step.mark = Some(mark);
        }
        self
    }

    fn demand(self, demand: Demand, precondition: Precondition) {
        if let Some(step) = self.0.steps.last_mut() {
            step.demand = demand;
            step.precondition = Some(precondition);
        }
    }
}

#[async_trait]
impl Work for Script {
    type Output = Done;

    async fn run(&mut self, connection: &mut SqliteConnection) -> Result<Done, Failure> {
        let mut done = Done::default();
        for trip in &mut self.trips {
            if let Err((failure, precondition)) = trip.make(connection, &mut done).await {
                return Err(match precondition {
                    Some(precondition) => precondition.broken(connection).await?.into(),
                    None => failure.into(),
                });
            }
        }
        Ok(done)
    }
}

impl Trip {
    /// The error names the precondition that did not hold, if it was one.
    async fn make<'s>(
        &'s mut self,
        connection: &mut SqliteConnection,
        done: &mut Done,
    ) -> Result<(), (sqlx::Error, Option<&'s Precondition>)> {
        if let Some(fault) = self.fault.take() {
            return Err((fault, None));
        }
        let sql = AssertSqlSafe(std::mem::take(&mut self.sql));
        let query = sqlx::query_with(sql, std::mem::take(&mut self.arguments));
        let mut answers = connection.fetch_many(query);
        let mut steps = self.steps.iter();
        let mut step = steps.next();
        loop {
            let answer = answers.try_next().await.map_err(|error| {
                let refused = error::is_constraint(&error);
                (error, step.filter(|_| refused).and_then(|step| step.precondition.as_ref()))
            })?;
            match (answer, step) {
                (Some(Either::Left(result)), Some(current)) => {
                    current
                        .check(&result)
                        .map_err(|precondition| (sqlx::Error::RowNotFound, precondition))?;
                    done.changed.push(result.rows_affected());
                    done.numbers
                        .extend(current.mark.map(|mark| (mark, result.last_insert_rowid())));
                    step = steps.next();
                }
                (
                    Some(Either::Right(_row)),
                    Some(Step { demand: Demand::NoRow, precondition, .. }),
                ) => {
                    return Err((sqlx::Error::RowNotFound, precondition.as_ref()));
                }
                (Some(_), _) => {}
                (None, _) => return Ok(()),
            }
        }
    }
}

impl Step {
    fn check(&self, result: &SqliteQueryResult) -> Result<(), Option<&Precondition>> {
        if self.demand == Demand::Change && result.rows_affected() == 0 {
            Err(self.precondition.as_ref())
        } else {
            Ok(())
        }
    }
}
