//! The truth about tasks.

use async_trait::async_trait;
use repono_domain::{Task, TaskId, TaskState, UserId};
use repono_service::ports::{TaskFilter, Tasks};
use repono_service::{Error, Result};
use serde_json::Value;
use sqlx::{QueryBuilder, Sqlite as Dialect};

use super::preconditions::Precondition;
use super::rows::{At, to_json};
use super::script::Script;
use super::{Sqlite, error};

/// What [`TaskRow`] reads, up to the condition.
macro_rules! task_columns {
    () => {
        "select id, queue, kind, payload, state, attempts, max_attempts, due, created, updated, \
         progress, checkpoint, result, error, cancel_requested, created_by from tasks"
    };
}

#[async_trait]
impl Tasks for Sqlite {
    async fn task(&self, id: &TaskId) -> Result<Option<Task>> {
        let row: Option<TaskRow> = sqlx::query_as(concat!(task_columns!(), " where id = ?"))
            .bind(id.0.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(error::read)?;
        row.map(TaskRow::read).transpose()
    }

    async fn tasks(&self, filter: &TaskFilter) -> Result<Vec<Task>> {
        let mut query = QueryBuilder::<Dialect>::new(concat!(task_columns!(), " where 1 = 1"));
        let conditions = [
            (" and state = ", filter.state.map(TaskState::as_str)),
            (" and queue = ", filter.queue.as_deref()),
            (" and kind = ", filter.kind.as_deref()),
            (" and id < ", filter.before.as_ref().map(|before| before.0.as_str())),
        ];
        for (condition, value) in conditions {
            if let Some(value) = value {
                query.push(condition).push_bind(value.to_owned());
            }
        }
        query.push(" order by id desc limit ").push_bind(filter.limit);
        let rows: Vec<TaskRow> =
            query.build_query_as().fetch_all(&self.readers).await.map_err(error::read)?;
        rows.into_iter().map(TaskRow::read).collect()
    }

    async fn progress(&self, id: &TaskId, progress: &Value) -> Result<()> {
        self.note("update tasks set progress = ?, updated = ? where id = ?", id, progress).await
    }

    async fn checkpoint(&self, id: &TaskId, state: &Value) -> Result<()> {
        self.note("update tasks set checkpoint = ?, updated = ? where id = ?", id, state).await
    }

    async fn cancel(&self, id: &TaskId) -> Result<bool> {
        let now = self.now();
        let mut script = Script::default();
        script
                .step(
                    "update tasks set state = 'cancelled', cancel_requested = ?, wakes = null, updated = ? where id = ? and state = 'queued'",
                )
                .bind(true)
                .bind(now)
                .bind(id.0.as_str());
        script
                .step("update tasks set cancel_requested = ?, updated = ? where id = ? and state = 'running'")
                .bind(true)
                .bind(now)
                .bind(id.0.as_str());
        self.found(script, id).await
    }

    async fn revive(&self, id: &TaskId) -> Result<bool> {
        let now = self.now();
        let mut script = Script::default();
        script
                .step(
                    "update tasks set state = 'queued', attempts = 0, cancel_requested = ?, due = ?, wakes = ?, updated = ? \
                     where id = ? and state in ('dead', 'cancelled')",
                )
                .bind(false)
                .bind(now)
                .bind(now)
                .bind(now)
                .bind(id.0.as_str());
        self.found(script, id).await
    }

    async fn depths(&self) -> Result<Vec<(String, TaskState, u64)>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select queue, state, count(*) from tasks group by queue, state order by queue, state",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        let read = |(queue, state, count): (String, String, i64)| {
            let at = At { table: "tasks", row: &queue };
            let (state, count) = (read_state(at, &state)?, at.number("id", count)?);
            Ok((queue, state, count))
        };
        rows.into_iter().map(read).collect()
    }
}

impl Sqlite {
    async fn note(&self, sql: &str, id: &TaskId, value: &Value) -> Result<()> {
        let mut script = Script::default();
        script
            .step(sql)
            .bind(to_json(value)?)
            .bind(self.now())
            .bind(id.0.as_str())
            .must_change(Precondition::KnownTask(id.clone()));
        self.writer.run(script).await?;
        Ok(())
    }

    /// Whether the script changed anything; an error if there is no such task.
    async fn found(&self, script: Script, id: &TaskId) -> Result<bool> {
        let done = self.writer.run(script).await?;
        if done.changed.iter().any(|changed| *changed > 0) {
            return Ok(true);
        }
        match self.task(id).await? {
            Some(_) => Ok(false),
            None => Err(Error::NotFound(format!("there is no task {id}"))),
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct TaskRow {
    id: String,
    queue: String,
    kind: String,
    payload: String,
    state: String,
    attempts: i64,
    max_attempts: i64,
    due: i64,
    created: i64,
    updated: i64,
    progress: Option<String>,
    checkpoint: Option<String>,
    result: Option<String>,
    error: Option<String>,
    cancel_requested: bool,
    created_by: Option<i64>,
}

impl TaskRow {
    pub(super) fn read(self) -> Result<Task> {
        let at = At { table: "tasks", row: &self.id };
        Ok(Task {
            payload: at.json("payload", &self.payload)?,
            state: read_state(at, &self.state)?,
            attempts: at.number("attempts", self.attempts)?,
            max_attempts: at.number("max_attempts", self.max_attempts)?,
            due: at.time("due", self.due)?,
            created: at.time("created", self.created)?,
            updated: at.time("updated", self.updated)?,
            progress: at.json_if("progress", self.progress.as_deref())?,
            checkpoint: at.json_if("checkpoint", self.checkpoint.as_deref())?,
            result: at.json_if("result", self.result.as_deref())?,
            error: self.error,
            cancel_requested: self.cancel_requested,
            created_by: self.created_by.map(UserId),
            queue: self.queue,
            kind: self.kind,
            id: TaskId(self.id),
        })
    }
}

fn read_state(at: At<'_>, text: &str) -> Result<TaskState> {
    TaskState::from_stored(text).ok_or_else(|| at.lie("state", format!("{text:?} is not a state")))
}

pub(super) use task_columns;
