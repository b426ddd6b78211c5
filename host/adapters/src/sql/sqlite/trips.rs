//! Scripts as SQLite takes them.
//!
//! SQLite runs on a thread of its own, and a trip there costs more than most statements. So a
//! script is handed over as one text with all its values, which the driver takes apart, keeps
//! prepared, and answers statement by statement.

use async_trait::async_trait;
use futures::TryStreamExt as _;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow};
use sqlx::{AssertSqlSafe, Either, Executor as _, SqliteConnection};

use super::work::{Desk, Work};
use super::{TEXTS, error, values};
use crate::sql::engine::{Connection, Failure};
use crate::sql::preconditions::Precondition;
use crate::sql::script::{Demand, Done, Mark, Script};
use crate::sql::statement::Statement;

/// So many statements make a trip at most: longer texts come in too many shapes to be kept prepared.
const STATEMENTS_PER_TRIP: usize = 16;

/// A script, written out.
pub(super) struct Trips(Vec<Trip>);

#[derive(Default)]
struct Trip {
    sql: String,
    arguments: SqliteArguments,
    steps: Vec<Step>,
    fault: Option<sqlx::Error>,
}

struct Step {
    demand: Demand,
    precondition: Option<Precondition>,
    mark: Option<Mark>,
}

impl From<Script> for Trips {
    fn from(script: Script) -> Self {
        let mut trips = Vec::with_capacity(script.steps.len().div_ceil(STATEMENTS_PER_TRIP));
        let mut trip = Trip::default();
        for step in script.steps {
            if trip.steps.len() == STATEMENTS_PER_TRIP {
                trips.push(std::mem::take(&mut trip));
            }
            trip.add(step.statement);
            let (demand, precondition, mark) = (step.demand, step.precondition, step.mark);
            trip.steps.push(Step { demand, precondition, mark });
        }
        trips.push(trip);
        Self(trips)
    }
}

#[async_trait]
impl Work for Trips {
    type Output = Done;

    async fn run(&mut self, desk: &mut Desk<'_>) -> Result<Done, Failure> {
        let mut done = Done::default();
        for trip in &mut self.0 {
            trip.precede(desk.take_opening());
            if let Err((failure, precondition)) = trip.make(desk.connection, &mut done).await {
                return Err(match precondition {
                    Some(precondition) => precondition.unmet(desk).await,
                    None => error::failure(failure),
                });
            }
        }
        Ok(done)
    }
}

impl Trip {
    fn add(&mut self, statement: Statement) {
        self.sql.push_str(&TEXTS.write(&statement.text));
        self.sql.push(';');
        for value in statement.values {
            if let Err(error) = values::add(&mut self.arguments, value) {
                self.fault = Some(sqlx::Error::Encode(error));
            }
        }
    }

    /// Says something of the writer's before all the rest.
    fn precede(&mut self, opening: &[&'static str]) {
        for statement in opening.iter().rev() {
            self.sql.insert(0, ';');
            self.sql.insert_str(0, statement);
            let step = Step { demand: Demand::Nothing, precondition: None, mark: None };
            self.steps.insert(0, step);
        }
    }

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
                    done.changed = result.rows_affected() > 0;
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

#[async_trait]
impl Connection for Desk<'_> {
    type Row = SqliteRow;

    async fn rows(&mut self, statement: &Statement) -> Result<Vec<SqliteRow>, Failure> {
        let query = super::query(statement.clone()).map_err(error::failure)?;
        query.fetch_all(self.open().await.map_err(Failure::Broken)?).await.map_err(error::failure)
    }

    async fn run(&mut self, script: &mut Script) -> Result<Done, Failure> {
        Trips::from(std::mem::take(script)).run(self).await
    }
}
