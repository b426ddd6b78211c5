//! The truth about tasks.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{LogLine, Task, TaskId, TaskState, UserId};
use repono_service::ports::{Backlog, Ended, Pause, Predecessor, TaskFilter, Tasks};
use repono_service::{Error, Result};
use serde_json::Value as Json;

use super::Sql;
use super::cells::{At, Cells, FromCells, read};
use super::engine::{Connection, Engine, Failure, Transaction};
use super::preconditions::Precondition;
use super::script::Script;
use super::statement::{Ending, Statement, Value, WIDEST};

/// What is read of a [`Task`].
macro_rules! task_columns {
    () => {
        "id, queue, kind, payload, state, attempts, max_attempts, due, created, updated, \
         progress, checkpoint, result, error, cancel_requested, created_by, trace, order_key, \
         idempotency_key, unique_key, \
         (select step from workflow_steps where workflow_steps.task = tasks.id) as step"
    };
}

#[async_trait]
impl<E: Engine> Tasks for Sql<E> {
    async fn task(&self, id: &TaskId) -> Result<Option<Task>> {
        let sql = concat!("select ", task_columns!(), " from tasks where id = ?");
        self.engine.first(Statement::new(sql).bind(id.0.as_str())).await
    }

    async fn task_with_key(&self, idempotency_key: &str) -> Result<Option<Task>> {
        let sql = concat!("select ", task_columns!(), " from tasks where idempotency_key = ?");
        self.engine.first(Statement::new(sql).bind(idempotency_key)).await
    }

    async fn waiting_with(&self, unique_key: &str) -> Result<Option<Task>> {
        let sql = concat!("select ", task_columns!(), " from tasks where unique_key = ?");
        let there: Option<Task> = self.engine.first(Statement::new(sql).bind(unique_key)).await?;
        if there.as_ref().is_none_or(|there| there.state == TaskState::Queued) {
            return Ok(there);
        }
        let mut script = Script::default();
        script
            .step("update tasks set unique_key = null where unique_key = ? and state <> 'queued'")
            .bind(unique_key);
        self.engine.run(script).await?;
        Ok(None)
    }

    async fn tasks(&self, filter: &TaskFilter) -> Result<Vec<Task>> {
        let conditions = [
            (" and state = ?", filter.state.map(TaskState::as_str)),
            (" and queue = ?", filter.queue.as_deref()),
            (" and kind = ?", filter.kind.as_deref()),
            (
                " and id in (select task from workflow_steps where workflow = ?)",
                filter.workflow.as_ref().map(|workflow| workflow.0.as_str()),
            ),
            (" and id < ?", filter.before.as_ref().map(|before| before.0.as_str())),
        ];
        let mut sql = concat!("select ", task_columns!(), " from tasks where 1 = 1").to_owned();
        let mut values: Vec<Value> = Vec::new();
        for (condition, value) in conditions {
            if let Some(value) = value {
                sql.push_str(condition);
                values.push(value.into());
            }
        }
        sql.push_str(" order by id desc limit ?");
        let statement = values.into_iter().fold(Statement::new(sql), Statement::bind);
        self.engine.all(statement.bind(filter.limit)).await
    }

    async fn progress(&self, id: &TaskId, progress: &Json) -> Result<()> {
        self.note("update tasks set progress = ?, updated = ? where id = ?", id, progress).await
    }

    async fn checkpoint(&self, id: &TaskId, state: &Json) -> Result<()> {
        self.note("update tasks set checkpoint = ?, updated = ? where id = ?", id, state).await
    }

    async fn task_log(&self, id: &TaskId) -> Result<Vec<LogLine>> {
        let statement = Statement::new("select id, log_lines from tasks where id = ?");
        let log: Option<Log> = self.engine.first(statement.bind(id.0.as_str())).await?;
        Ok(log.map(|Log(lines)| lines).unwrap_or_default())
    }

    async fn keep_task_log(&self, id: &TaskId, lines: &[LogLine]) -> Result<()> {
        let mut script = Script::default();
        let step = script.step("update tasks set log_lines = ? where id = ?");
        step.bind(Value::json(lines)?).bind(id.0.as_str());
        self.engine.run(script).await?;
        Ok(())
    }

    async fn cancel(&self, id: &TaskId) -> Result<bool> {
        let Some(task) = self.task(id).await? else { return Err(unknown(id)) };
        let mut script = Script::default();
        script
            .step(
                // `state` comes last: in one dialect what follows an assignment sees its outcome.
                "update tasks set wakes = case when state = 'queued' then null else wakes end, cancel_requested = ?, updated = ?, \
                 state = case when state = 'running' then state else 'cancelled' end \
                 where id = ? and state in ('blocked', 'queued', 'running')",
            )
            .bind(true)
            .bind(self.now())
            .bind(id.0.as_str());
        Ok(self.end(task.step.as_ref(), script).await?.changed)
    }

    async fn revive(&self, id: &TaskId) -> Result<bool> {
        let Some(task) = self.task(id).await? else { return Err(unknown(id)) };
        let now = self.now();
        let (state, wakes) = match task.step {
            // Whether it begins is decided with all that waits.
            Some(_) => (TaskState::Blocked, None),
            None => (TaskState::Queued, Some(now)),
        };
        let mut script = Script::default();
        script
            .step(
                "update tasks set state = ?, attempts = 0, cancel_requested = ?, due = ?, wakes = ?, announced = ?, updated = ? \
                 where id = ? and state in ('dead', 'cancelled')",
            )
            .bind(state.as_str())
            .bind(false)
            .bind(now)
            .bind(wakes)
            .bind(wakes)
            .bind(now)
            .bind(id.0.as_str());
        Ok(self.begin_again(task.step.as_ref(), script).await?.changed)
    }

    async fn predecessors(&self, ids: &[TaskId]) -> Result<Vec<Predecessor>> {
        let mut predecessors = Vec::new();
        for ids in ids.chunks(WIDEST) {
            let statement =
                Statement::new("select id, state, result, error from tasks where id in ([?])");
            let statement = statement.bind_list(ids.iter().map(|id| [id.0.as_str().into()]));
            predecessors.extend(self.engine.all::<Predecessor>(statement).await?);
        }
        Ok(predecessors)
    }

    async fn ended(
        &self,
        state: TaskState,
        after: Option<&TaskId>,
        limit: u32,
    ) -> Result<Vec<Ended>> {
        let sql =
            "select id, created, updated from tasks where state = ? and id > ? order by id limit ?";
        let after = after.map_or("", |after| after.0.as_str());
        let statement = Statement::new(sql).bind(state.as_str()).bind(after).bind(limit);
        self.engine.all(statement).await
    }

    async fn forget_tasks(
        &self,
        ids: &[TaskId],
        state: TaskState,
        before: Timestamp,
    ) -> Result<u64> {
        let mut forgotten = 0;
        for ids in ids.chunks(WIDEST) {
            let forget = Forget { ids: ids.to_vec(), state, before: before.as_microsecond() };
            forgotten += self.engine.transact(forget).await?;
        }
        Ok(forgotten)
    }

    async fn depths(&self) -> Result<Vec<(String, TaskState, u64)>> {
        let sql =
            "select queue, state, count(*) from tasks group by queue, state order by queue, state";
        self.engine.all(Statement::new(sql)).await
    }

    async fn waiting(&self, queue: &str) -> Result<u64> {
        let sql = "select count(*) from tasks where queue = ? and state in ('blocked', 'queued')";
        let counted = self.engine.first(Statement::new(sql).bind(queue)).await?;
        Ok(counted.unwrap_or_default())
    }

    async fn backlogs(&self) -> Result<Vec<Backlog>> {
        let sql = "select queue, state, count(*), min(wakes), count(case when wakes <= ? then 1 end) from tasks \
                   where state in ('queued', 'running', 'dead') group by queue, state order by queue";
        let counted: Vec<Counted> = self.engine.all(Statement::new(sql).bind(self.now())).await?;
        let mut backlogs: Vec<Backlog> = Vec::new();
        for Counted { queue, state, count, first, due } in counted {
            if backlogs.last().is_none_or(|last| last.queue != queue) {
                backlogs.push(Backlog {
                    queue,
                    running: 0,
                    silent: 0,
                    waiting: 0,
                    first_due: None,
                    dead: 0,
                });
            }
            let Some(backlog) = backlogs.last_mut() else { continue };
            match state {
                TaskState::Queued => (backlog.waiting, backlog.first_due) = (count, first),
                TaskState::Running => (backlog.running, backlog.silent) = (count, due),
                _ => backlog.dead = count,
            }
        }
        Ok(backlogs)
    }

    async fn given_up(&self, from: Timestamp, until: Timestamp) -> Result<Vec<(String, u64)>> {
        let sql = "select kind, count(*) from tasks where state = 'dead' and updated >= ? and updated < ? group by kind order by kind";
        let bounds = Statement::new(sql).bind(from.as_microsecond()).bind(until.as_microsecond());
        let counted: Vec<GivenUp> = self.engine.all(bounds).await?;
        Ok(counted.into_iter().map(|GivenUp(kind, count)| (kind, count)).collect())
    }

    async fn pauses(&self) -> Result<Vec<Pause>> {
        let sql = "select name, paused, paused_by, paused_why from queues where paused is not null order by name";
        self.engine.all(Statement::new(sql)).await
    }
}

/// Removes tasks, unless someone has tried them again.
struct Forget {
    ids: Vec<TaskId>,
    state: TaskState,
    before: i64,
}

#[async_trait]
impl Transaction for Forget {
    type Output = u64;

    const TABLE: &'static str = "tasks";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<u64, Failure> {
        // What is kept of a workflow is kept together: one that waits needs the others, and so does one
        // that a person may have tried again.
        let sql = "select id, created, updated from tasks where id in ([?]) and state = ? and updated < ? \
                   and not exists (select 1 from workflow_steps its, workflow_steps other, tasks mate \
                   where its.task = tasks.id and other.workflow = its.workflow and mate.id = other.task \
                   and mate.state in ('blocked', 'queued', 'running', 'dead') and mate.state <> ?)";
        let old = Statement::new(sql)
            .ending(Ending::Lock)
            .bind_list(self.ids.iter().map(|id| [id.0.as_str().into()]))
            .bind(self.state.as_str())
            .bind(self.before)
            .bind(self.state.as_str());
        let old: Vec<Ended> =
            connection.rows(&old).await?.iter().map(read).collect::<Result<_>>()?;
        if old.is_empty() {
            return Ok(0);
        }
        let mut script = Script::default();
        for sql in [
            "delete from workflow_steps where task in ([?])",
            "delete from tasks where id in ([?])",
        ] {
            let ids = old.iter().map(|task| [task.id.0.as_str().into()]);
            script.step(Statement::new(sql).bind_list(ids));
        }
        connection.run(&mut script).await?;
        Ok(old.len() as u64)
    }
}

/// Tasks of one queue in one state.
struct Counted {
    queue: String,
    state: TaskState,
    count: u64,
    first: Option<Timestamp>,
    /// Of them, those whose time has come.
    due: u64,
}

#[expect(private_bounds, reason = "the engines are named by what is public")]
impl<E: Engine> Sql<E> {
    async fn note(&self, sql: &'static str, id: &TaskId, value: &Json) -> Result<()> {
        let mut script = Script::default();
        script
            .step(sql)
            .bind(Value::json(value)?)
            .bind(self.now())
            .bind(id.0.as_str())
            .must_change(Precondition::KnownTask(id.clone()));
        self.engine.run(script).await?;
        Ok(())
    }
}

fn unknown(id: &TaskId) -> Error {
    Error::NotFound(format!("there is no task {id}"))
}

impl FromCells for Task {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            id: TaskId(at.key().to_owned()),
            queue: cells.text(&at, "queue")?,
            kind: cells.text(&at, "kind")?,
            payload: cells.json(&at, "payload")?,
            state: state(cells, &at)?,
            attempts: cells.number(&at, "attempts")?,
            max_attempts: cells.number(&at, "max_attempts")?,
            due: cells.time(&at, "due")?,
            created: cells.time(&at, "created")?,
            updated: cells.time(&at, "updated")?,
            progress: cells.json_if(&at, "progress")?,
            checkpoint: cells.json_if(&at, "checkpoint")?,
            result: cells.json_if(&at, "result")?,
            error: cells.text_if(&at, "error")?,
            cancel_requested: cells.flag(&at, "cancel_requested")?,
            created_by: cells.number_if(&at, "created_by")?.map(UserId),
            trace: cells.parse_if(&at, "trace")?,
            order_key: cells.text_if(&at, "order_key")?,
            idempotency_key: cells.text_if(&at, "idempotency_key")?,
            unique_key: cells.text_if(&at, "unique_key")?,
            step: cells.json_if(&at, "step")?,
        })
    }
}

/// What was logged of a task.
struct Log(Vec<LogLine>);

impl FromCells for Log {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self(cells.json_if(&at, "log_lines")?.unwrap_or_default()))
    }
}

impl FromCells for Predecessor {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            task: TaskId(at.key().to_owned()),
            state: state(cells, &at)?,
            result: cells.json_if(&at, "result")?,
            error: cells.text_if(&at, "error")?,
        })
    }
}

impl FromCells for Ended {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            id: TaskId(at.key().to_owned()),
            created: cells.time(&at, "created")?,
            updated: cells.time(&at, "updated")?,
        })
    }
}

impl FromCells for Counted {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            queue: at.key().to_owned(),
            state: state(cells, &at)?,
            count: cells.number(&at, "id")?,
            first: cells.time_if(&at, "wakes")?,
            due: cells.number(&at, "wakes")?,
        })
    }
}

impl FromCells for Pause {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("queues")?;
        Ok(Self {
            queue: at.key().to_owned(),
            since: cells.time(&at, "paused")?,
            by: cells.number_if(&at, "paused_by")?.map(UserId),
            why: cells.text_if(&at, "paused_why")?,
        })
    }
}

/// Tasks of one kind that were given up.
struct GivenUp(String, u64);

impl FromCells for GivenUp {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self(at.key().to_owned(), cells.number(&at, "kind")?))
    }
}

impl FromCells for (String, TaskState, u64) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok((at.key().to_owned(), state(cells, &at)?, cells.number(&at, "id")?))
    }
}

pub(super) fn state(cells: &mut Cells<'_>, at: &At<'_>) -> Result<TaskState> {
    let text = cells.text(at, "state")?;
    TaskState::from_stored(&text).ok_or_else(|| at.lie("state", format!("{text:?} is not a state")))
}

pub(super) use task_columns;
