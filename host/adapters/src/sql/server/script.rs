//! Carries out scripts, trip by trip.

use async_trait::async_trait;

use super::is_constraint;
use crate::sql::engine::{Connection, Failure};
use crate::sql::preconditions::Precondition;
use crate::sql::script::{Demand, Done, Script, Step};

/// Carries out the statements of a script.
#[async_trait]
pub(in crate::sql) trait Execute: Connection {
    /// Cuts the script into what goes to the server at a time.
    fn trips(script: &Script) -> Vec<Trip<'_>> {
        script.steps.iter().map(|last| Trip { before: &[], last }).collect()
    }

    async fn execute(&mut self, trip: Trip<'_>) -> Result<Outcome, sqlx::Error>;

    /// What the step relies on that a constraint has refused.
    fn refused<'s>(trip: &Trip<'s>, _error: &sqlx::Error) -> Option<&'s Precondition> {
        trip.last.precondition.as_ref()
    }
}

/// Steps that go to the server at a time, one at least.
#[derive(Clone, Copy)]
pub(in crate::sql) struct Trip<'s> {
    pub(in crate::sql) before: &'s [Step],
    /// The only one that may find something, or be given a number.
    pub(in crate::sql) last: &'s Step,
}

impl<'s> Trip<'s> {
    pub(in crate::sql) fn steps(&self) -> impl Iterator<Item = &'s Step> {
        self.before.iter().chain([self.last])
    }
}

/// What the last step of a trip did.
pub(in crate::sql) struct Outcome {
    /// Rows that it changed.
    pub(in crate::sql) rows: u64,
    /// The number that its row was given.
    pub(in crate::sql) number: Option<i64>,
}

pub(in crate::sql) async fn run<C: Execute>(
    connection: &mut C,
    script: &Script,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    for trip in C::trips(script) {
        let Step { statement, demand, precondition, mark } = trip.last;
        if *demand == Demand::NoRow {
            let found = connection.rows(statement).await?;
            if let (false, Some(precondition)) = (found.is_empty(), precondition) {
                return Err(precondition.unmet(connection).await);
            }
            continue;
        }
        let outcome = connection.execute(trip).await.map_err(|error| {
            match C::refused(&trip, &error).filter(|_| is_constraint(&error)) {
                Some(precondition) => precondition.refused().into(),
                None => Failure::Broken(error),
            }
        })?;
        if let (Demand::Change, 0, Some(precondition)) = (demand, outcome.rows, precondition) {
            return Err(precondition.unmet(connection).await);
        }
        done.changed = outcome.rows > 0;
        done.numbers.extend(mark.zip(outcome.number));
    }
    Ok(done)
}
