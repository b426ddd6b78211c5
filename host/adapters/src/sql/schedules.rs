//! Schedules, and the tasks that they have made.

use async_trait::async_trait;
use repono_domain::{CatchUp, Origin, Paused, Plan, Schedule, Task, TaskId, UserId};
use repono_service::Result;
use repono_service::ports::{Run, RunLog, Schedules};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::statement::Statement;
use super::tasks::task_columns;

/// What is read of a [`Schedule`].
macro_rules! schedule_columns {
    () => {
        "name, origin, title, description, kind, payload, timing, timezone, jitter, catch_up, \
         revision, created, updated, paused, paused_by, withdrawn, passed, last_tick, last_task"
    };
}

#[async_trait]
impl<E: Engine> Schedules for Sql<E> {
    async fn schedule(&self, name: &str) -> Result<Option<Schedule>> {
        let sql = concat!("select ", schedule_columns!(), " from schedules where name = ?");
        self.engine.first(Statement::new(sql).bind(name)).await
    }

    async fn schedules(&self) -> Result<Vec<Schedule>> {
        let sql = concat!("select ", schedule_columns!(), " from schedules order by name");
        self.engine.all(Statement::new(sql)).await
    }

    async fn run(&self, schedule: &str, task: &TaskId) -> Result<Option<Run>> {
        let sql = concat!(
            "select task, tick, ",
            task_columns!(),
            " from schedule_runs inner join tasks on id = task where schedule = ? and task = ?"
        );
        self.engine.first(Statement::new(sql).bind(schedule).bind(task.0.as_str())).await
    }

    async fn runs(&self, schedule: &str, offset: u64, limit: u32) -> Result<Vec<Run>> {
        let sql = concat!(
            "select task, tick, ",
            task_columns!(),
            " from schedule_runs inner join tasks on id = task where schedule = ? order by task desc limit ? offset ?"
        );
        self.engine.all(Statement::new(sql).bind(schedule).bind(limit).bind(offset)).await
    }

    async fn count_runs(&self, schedule: &str) -> Result<u64> {
        let sql =
            "select count(*) from schedule_runs inner join tasks on id = task where schedule = ?";
        Ok(self.engine.first(Statement::new(sql).bind(schedule)).await?.unwrap_or_default())
    }

    async fn run_logs(&self, task: Option<&TaskId>, limit: u32) -> Result<Vec<RunLog>> {
        let of_all = "select task, schedule, log_lines from schedule_runs inner join tasks on id = task \
                      where log_lines is not null order by task desc limit ?";
        let of_one = "select task, schedule, log_lines from schedule_runs inner join tasks on id = task \
                      where log_lines is not null and task = ? order by task desc limit ?";
        let statement = match task {
            None => Statement::new(of_all),
            Some(task) => Statement::new(of_one).bind(task.0.as_str()),
        };
        self.engine.all(statement.bind(limit)).await
    }
}

impl FromCells for RunLog {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("schedule_runs")?;
        Ok(Self {
            task: TaskId(at.key().to_owned()),
            schedule: cells.text(&at, "schedule")?,
            lines: cells.json(&at, "log_lines")?,
        })
    }
}

impl FromCells for Schedule {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("schedules")?;
        let origin = cells.text(&at, "origin")?;
        let origin = Origin::from_stored(&origin)
            .ok_or_else(|| at.lie("origin", format!("{origin:?} is not an origin")))?;
        let title = cells.text(&at, "title")?;
        let description = cells.text(&at, "description")?;
        let kind = cells.text(&at, "kind")?;
        let payload = cells.json(&at, "payload")?;
        let timing = cells.text_if(&at, "timing")?;
        let timezone = cells.text(&at, "timezone")?;
        let jitter_s = cells.number(&at, "jitter")?;
        let catch_up = cells.text(&at, "catch_up")?;
        let catch_up = CatchUp::from_stored(&catch_up)
            .ok_or_else(|| at.lie("catch_up", format!("{catch_up:?} is no way to catch up")))?;
        let plan = Plan { title, description, kind, payload, timing, timezone, jitter_s, catch_up };
        let revision = cells.number(&at, "revision")?;
        let created = cells.time(&at, "created")?;
        let updated = cells.time(&at, "updated")?;
        let since = cells.time_if(&at, "paused")?;
        let by = cells.number_if(&at, "paused_by")?.map(UserId);
        Ok(Self {
            name: at.key().to_owned(),
            origin,
            plan,
            revision,
            created,
            updated,
            paused: since.map(|since| Paused { since, by }),
            withdrawn: cells.time_if(&at, "withdrawn")?,
            passed: cells.time(&at, "passed")?,
            last_tick: cells.time_if(&at, "last_tick")?,
            last_task: cells.text_if(&at, "last_task")?.map(TaskId),
        })
    }
}

impl FromCells for Run {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("schedule_runs")?;
        Ok(Self { tick: cells.time_if(&at, "tick")?, task: Task::read(cells)? })
    }
}
