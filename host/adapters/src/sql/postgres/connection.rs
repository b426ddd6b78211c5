//! Carries out statements.
//!
//! A trip to the server costs more than most statements, and the driver waits for the answer of one
//! before it sends the next. So inserts that follow one another go together as one statement, and
//! deletions too: they do not need to see what the others did.

use std::borrow::Cow;

use async_trait::async_trait;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};

use super::TEXTS;
use super::values::arguments;
use crate::sql::cells::Row as _;
use crate::sql::engine::{Connection, Failure};
use crate::sql::preconditions::Precondition;
use crate::sql::script::{Demand, Done, Script, Step};
use crate::sql::server::{Execute, Outcome, Trip, run};
use crate::sql::statement::{Ending, Statement, Text, Value};

#[async_trait]
impl Connection for PgConnection {
    type Row = PgRow;

    async fn rows(&mut self, statement: &Statement) -> Result<Vec<PgRow>, Failure> {
        let query = query(&statement.text, &statement.values).map_err(Failure::Broken)?;
        query.fetch_all(self).await.map_err(Failure::Broken)
    }

    async fn run(&mut self, script: &mut Script) -> Result<Done, Failure> {
        run(self, script).await
    }
}

#[async_trait]
impl Execute for PgConnection {
    fn trips(script: &Script) -> Vec<Trip<'_>> {
        let mut trips: Vec<Trip<'_>> = Vec::with_capacity(script.steps.len());
        for (place, step) in script.steps.iter().enumerate() {
            match trips.last_mut() {
                Some(trip) if goes_with(step, trip) => {
                    trip.before = &script.steps[place - trip.before.len() - 1..place];
                    trip.last = step;
                }
                _ => trips.push(Trip { before: &[], last: step }),
            }
        }
        trips
    }

    async fn execute(&mut self, trip: Trip<'_>) -> Result<Outcome, sqlx::Error> {
        let text = together(&trip);
        let query = query(&text, trip.steps().flat_map(|step| &step.statement.values))?;
        if let Ending::Number(_) = text.ending {
            let row = query.fetch_one(self).await?;
            return Ok(Outcome { rows: 1, number: row.number(0)? });
        }
        let done = query.execute(self).await?;
        Ok(Outcome { rows: done.rows_affected(), number: None })
    }

    fn refused<'s>(trip: &Trip<'s>, error: &sqlx::Error) -> Option<&'s Precondition> {
        let table = error.as_database_error()?.table();
        let mut steps = trip.steps();
        let alone = trip.before.is_empty();
        steps.find(|step| alone || verb_and_table(step).1 == table)?.precondition.as_ref()
    }
}

/// Whether `step` can go together with those of the trip. Each has a table of its own: so it is
/// known which one a constraint has refused.
fn goes_with(step: &Step, trip: &Trip<'_>) -> bool {
    let (verb, table) = verb_and_table(step);
    let plain = |step: &Step| step.statement.text.ending == Ending::None;
    let asks_nothing = |step: &Step| step.demand == Demand::Nothing;
    matches!(verb, Some("insert" | "delete"))
        && (plain(step) || matches!(step.statement.text.ending, Ending::Number(_)))
        && asks_nothing(step)
        && trip.steps().all(|other| {
            verb_and_table(other).0 == verb
                && verb_and_table(other).1 != table
                && other.statement.text.width == step.statement.text.width
                && plain(other)
                && asks_nothing(other)
        })
}

/// As in `insert into drafts …` and `delete from drafts …`.
fn verb_and_table(step: &Step) -> (Option<&str>, Option<&str>) {
    let mut words = step.statement.text.sql.split(' ');
    (words.next(), words.nth(1))
}

/// One statement for all of them.
fn together<'s>(trip: &Trip<'s>) -> Cow<'s, Text> {
    let last = &trip.last.statement.text;
    if trip.before.is_empty() {
        return Cow::Borrowed(last);
    }
    let mut sql = String::new();
    for (place, step) in trip.before.iter().enumerate() {
        let opening = if place == 0 { "with s" } else { ", s" };
        sql.extend([opening, &place.to_string(), " as (", &step.statement.text.sql, ")"]);
    }
    sql.extend([" ", &last.sql]);
    Cow::Owned(Text { sql: sql.into(), ..last.clone() })
}

fn query<'v>(
    text: &Text,
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<Query<'static, Postgres, PgArguments>, sqlx::Error> {
    Ok(sqlx::query_with(AssertSqlSafe(TEXTS.write(text)), arguments(values)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::preconditions::Precondition::FreeEmail;

    fn texts(script: &Script) -> Vec<String> {
        let trips = PgConnection::trips(script);
        trips.iter().map(|trip| TEXTS.write(&together(trip)).to_string()).collect()
    }

    #[test]
    fn inserts_into_different_tables_go_together() {
        let mut script = Script::default();
        script.step("insert into a (x) values (?)").bind("1");
        script.step("insert into b (x, y) values (?, ?)").bind("2").bind("3");
        script
            .step("insert into c (x) values (?)")
            .bind("4")
            .mark(crate::sql::script::Mark::Promise);
        script.step("insert into d (x) values (?)").bind("5");
        script.step("insert into d (x) values (?)").bind("6");

        assert_eq!(
            texts(&script),
            [
                "with s0 as (insert into a (x) values ($1)), s1 as (insert into b (x, y) values ($2, $3)) \
                 insert into c (x) values ($4) returning seq",
                "insert into d (x) values ($1)",
                "insert into d (x) values ($1)",
            ]
        );
    }

    #[test]
    fn what_must_find_something_or_be_seen_goes_alone() {
        let mut script = Script::default();
        script.step("delete from a where x = ?").bind("1").must_change(FreeEmail);
        script.step("delete from b where x = ?").bind("1");
        script.step("delete from c where x = ?").bind("1");
        script.step("insert into a (x) values (?)").bind("1");
        script.step("update b set x = ?").bind("1");

        assert_eq!(
            texts(&script),
            [
                "delete from a where x = $1",
                "with s0 as (delete from b where x = $1) delete from c where x = $2",
                "insert into a (x) values ($1)",
                "update b set x = $1",
            ]
        );
    }
}
