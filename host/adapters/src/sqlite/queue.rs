//! Hands tasks to workers.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use repono_domain::TaskState;
use repono_service::Result;
use repono_service::ports::{Claimed, Queue};
use serde_json::Value;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::preconditions::Precondition;
use super::rows::{placeholders, to_json};
use super::script::{Script, StepBuilder};
use super::tasks::{TaskRow, task_columns};
use super::work::{Failure, Work};
use super::{Sqlite, error};

#[async_trait]
impl Queue for Sqlite {
    async fn claim(
        &self,
        queues: &[String],
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Claimed>> {
        if queues.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        // Nothing is due most of the time: the writer need not hear of it.
        let text = format!(
            "select 1 from tasks where queue in ({}) and wakes <= ? limit 1",
            placeholders(queues.len())
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(text));
        for queue in queues {
            query = query.bind(queue);
        }
        let any: Option<i64> =
            query.bind(now).fetch_optional(&self.readers).await.map_err(error::read)?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        self.writer.run(Claim { queues: queues.to_vec(), limit, now, until: end(now, lease) }).await
    }

    async fn extend(&self, claimed: &Claimed, lease: SignedDuration) -> Result<bool> {
        let now = self.now();
        let mut script = Script::default();
        let step = script.step("update tasks set wakes = ?, updated = ? where id = ? and receipt = ? and state = 'running'");
        only_if_held(step.bind(end(now, lease)).bind(now), claimed);
        self.writer.run(script).await?;

        let asked: Option<bool> =
            sqlx::query_scalar("select cancel_requested from tasks where id = ?")
                .bind(claimed.task.id.0.as_str())
                .fetch_optional(&self.readers)
                .await
                .map_err(error::read)?;
        Ok(asked.unwrap_or_default())
    }

    async fn succeed(&self, claimed: &Claimed, result: &Value) -> Result<()> {
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'succeeded', result = ?, error = null, wakes = null, receipt = null, updated = ? \
             where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(to_json(result)?).bind(self.now()), claimed);
        self.writer.run(script).await?;
        Ok(())
    }

    async fn stopped(&self, claimed: &Claimed) -> Result<()> {
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'cancelled', wakes = null, receipt = null, updated = ? where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(self.now()), claimed);
        self.writer.run(script).await?;
        Ok(())
    }

    async fn again(&self, claimed: &Claimed, at: Timestamp, why: Option<&str>) -> Result<()> {
        let at = at.as_microsecond();
        let uncounted = i64::from(why.is_none());
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'queued', due = ?, wakes = ?, error = coalesce(?, error), attempts = attempts - ?, receipt = null, \
             updated = ? where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(at).bind(at).bind(why).bind(uncounted).bind(self.now()), claimed);
        self.writer.run(script).await?;
        Ok(())
    }

    async fn bury(&self, claimed: &Claimed, why: &str) -> Result<()> {
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'dead', error = ?, wakes = null, receipt = null, updated = ? \
             where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(why).bind(self.now()), claimed);
        self.writer.run(script).await?;
        Ok(())
    }
}

/// Completes a statement that ends with `where id = ? and receipt = ? …`.
fn only_if_held(step: StepBuilder<'_>, claimed: &Claimed) {
    step.bind(claimed.task.id.0.as_str())
        .bind(claimed.receipt.as_str())
        .must_change(Precondition::Claimed(claimed.task.id.clone()));
}

fn end(now: i64, lease: SignedDuration) -> i64 {
    now.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

/// Takes what is due, and puts away what its workers have given up in silence.
struct Claim {
    queues: Vec<String>,
    limit: u32,
    now: i64,
    until: i64,
}

#[async_trait]
impl Work for Claim {
    type Output = Vec<Claimed>;

    async fn run(&mut self, connection: &mut SqliteConnection) -> Result<Vec<Claimed>, Failure> {
        let text = format!(
            concat!(
                task_columns!(),
                " where queue in ({}) and wakes <= ? order by wakes, id limit ?"
            ),
            placeholders(self.queues.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(text));
        for queue in &self.queues {
            query = query.bind(queue.as_str());
        }
        let rows: Vec<TaskRow> =
            query.bind(self.now).bind(self.limit).fetch_all(&mut *connection).await?;

        let mut script = Script::default();
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let task = row.read()?;
            claimed.extend(self.take(&mut script, task));
        }
        script.run(connection).await?;
        Ok(claimed)
    }
}

impl Claim {
    /// None if it is over.
    fn take(&self, script: &mut Script, mut task: repono_domain::Task) -> Option<Claimed> {
        let deserted = task.state == TaskState::Running;
        if deserted && task.cancel_requested {
            script
                    .step("update tasks set state = 'cancelled', wakes = null, receipt = null, updated = ? where id = ?")
                    .bind(self.now)
                    .bind(task.id.0);
            return None;
        }
        if deserted && task.attempts >= task.max_attempts {
            let why = format!("its worker stopped answering {} times", task.attempts);
            script
                    .step("update tasks set state = 'dead', error = ?, wakes = null, receipt = null, updated = ? where id = ?")
                    .bind(why)
                    .bind(self.now)
                    .bind(task.id.0);
            return None;
        }

        let receipt = format!("{:032x}", rand::rng().random::<u128>());
        task.state = TaskState::Running;
        task.attempts += 1;
        task.updated = Timestamp::from_microsecond(self.now).unwrap_or(task.updated);
        script
                .step("update tasks set state = 'running', attempts = ?, wakes = ?, receipt = ?, updated = ? where id = ?")
                .bind(task.attempts)
                .bind(self.until)
                .bind(receipt.clone())
                .bind(self.now)
                .bind(task.id.0.clone());
        Some(Claimed { task, receipt })
    }
}
