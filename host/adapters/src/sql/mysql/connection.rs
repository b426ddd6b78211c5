//! Carries out statements.

use async_trait::async_trait;
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, MySql, MySqlConnection};

use super::TEXTS;
use super::values::arguments;
use crate::sql::engine::{Connection, Failure};
use crate::sql::script::{Done, Script};
use crate::sql::server::{Execute, Outcome, Trip, run};
use crate::sql::statement::Statement;

#[async_trait]
impl Connection for MySqlConnection {
    type Row = MySqlRow;

    async fn rows(&mut self, statement: &Statement) -> Result<Vec<MySqlRow>, Failure> {
        let query = query(statement).map_err(Failure::Broken)?;
        query.fetch_all(self).await.map_err(Failure::Broken)
    }

    async fn run(&mut self, script: &mut Script) -> Result<Done, Failure> {
        run(self, script).await
    }
}

#[async_trait]
impl Execute for MySqlConnection {
    async fn execute(&mut self, trip: Trip<'_>) -> Result<Outcome, sqlx::Error> {
        let done = query(&trip.last.statement)?.execute(self).await?;
        Ok(Outcome { rows: done.rows_affected(), number: done.last_insert_id().try_into().ok() })
    }
}

fn query(statement: &Statement) -> Result<Query<'static, MySql, MySqlArguments>, sqlx::Error> {
    let sql = AssertSqlSafe(TEXTS.write(&statement.text));
    Ok(sqlx::query_with(sql, arguments(&statement.values)?))
}
