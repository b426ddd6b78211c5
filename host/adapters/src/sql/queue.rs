//! Hands tasks to workers.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use repono_domain::{Task, TaskId, TaskState};
use repono_service::Result;
use repono_service::ports::{Claimed, Pause, Queue};
use serde_json::Value as Json;

use super::Sql;
use super::cells::read;
use super::changes::announced_at_once;
use super::engine::{Connection, Engine, Failure, Transaction};
use super::pauses::{Pausing, Purge, gate, is_open};
use super::preconditions::Precondition;
use super::script::{Script, StepBuilder};
use super::statement::{Ending, Statement, Value, WIDEST};
use super::tasks::task_columns;
use super::workflows::follow_all;

/// Whether nothing stands before a task in its order.
macro_rules! is_next {
    () => {
        "(order_key is null or not exists (select 1 from tasks earlier where earlier.order_key = tasks.order_key \
         and earlier.state in ('queued', 'running') and earlier.queue = tasks.queue and earlier.id < tasks.id))"
    };
}
pub(super) use is_next;

/// So often does a claim look for more at most. Others who claim at the same moment may hold more
/// rows than they take.
const LOOKS: u32 = 10;

#[async_trait]
impl<E: Engine> Queue for Sql<E> {
    fn announce(&self, _tasks: &[Task]) {
        self.engine.bell().ring();
    }

    async fn wait(&self, _queues: &[String], patience: Duration) {
        self.engine.bell().wait(patience).await;
    }

    async fn refill(&self) -> Result<u64> {
        // Who looks finds all there is.
        Ok(0)
    }

    async fn claim(
        &self,
        queues: &[String],
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Claimed>> {
        let (now, until) = (self.now(), self.after(lease));
        let mut claimed = Vec::new();
        // Nothing is due most of the time: no more is needed to see that.
        if queues.len() > 1 && !self.is_any_due(queues, now).await? {
            return Ok(claimed);
        }
        for queue in queues {
            for _ in 0..LOOKS {
                let wanted = limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
                if wanted == 0 || !self.is_any_due(std::slice::from_ref(queue), now).await? {
                    break;
                }
                let among = Among::Queue(queue.clone());
                let claim = Claim { among, limit: wanted, now, until };
                claimed.extend(self.engine.transact(claim).await?);
            }
        }
        Ok(claimed)
    }

    async fn pause(&self, pause: &Pause) -> Result<()> {
        self.engine.transact(Pausing::Begins(pause.clone())).await.map(drop)
    }

    async fn resume(&self, queue: &str) -> Result<bool> {
        let was_paused = self.engine.transact(Pausing::Ends(queue.to_owned())).await?;
        self.engine.bell().ring();
        Ok(was_paused)
    }

    async fn purge(&self, queue: &str, why: &str) -> Result<u64> {
        let begun = self.now();
        let mut purged = 0;
        loop {
            let (queue, why) = (queue.to_owned(), why.to_owned());
            match self.engine.transact(Purge { queue, why, begun, now: self.now() }).await? {
                0 => return Ok(purged),
                count => purged += count,
            }
        }
    }

    async fn extend(&self, claimed: &Claimed, lease: SignedDuration) -> Result<bool> {
        let mut script = Script::default();
        let step = script.step("update tasks set wakes = ?, updated = ? where id = ? and receipt = ? and state = 'running'");
        only_if_held(step.bind(self.after(lease)).bind(self.now()), claimed);
        self.engine.run(script).await?;

        let asked = Statement::new("select 1 from tasks where id = ? and cancel_requested = ?");
        self.engine.any(asked.bind(claimed.task.id.0.as_str()).bind(true)).await
    }

    async fn succeed(&self, claimed: &Claimed, result: &Json) -> Result<()> {
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'succeeded', result = ?, error = null, wakes = null, receipt = null, updated = ? \
             where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(Value::json(result)?).bind(self.now()), claimed);
        self.end(claimed.task.step.as_ref(), script).await.map(drop)
    }

    async fn stopped(&self, claimed: &Claimed) -> Result<()> {
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'cancelled', wakes = null, receipt = null, updated = ? where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(self.now()), claimed);
        self.end(claimed.task.step.as_ref(), script).await.map(drop)
    }

    async fn again(&self, claimed: &Claimed, at: Timestamp, why: Option<&str>) -> Result<()> {
        let at = at.as_microsecond();
        let uncounted = i64::from(why.is_none());
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'queued', due = ?, wakes = ?, announced = ?, error = coalesce(?, error), attempts = attempts - ?, \
             receipt = null, updated = ? where id = ? and receipt = ? and state = 'running'",
        );
        let now = self.now();
        let step = step.bind(at).bind(at).bind(announced_at_once(at, now)).bind(why);
        only_if_held(step.bind(uncounted).bind(now), claimed);
        self.engine.run(script).await?;
        Ok(())
    }

    async fn bury(&self, claimed: &Claimed, why: &str) -> Result<()> {
        let mut script = Script::default();
        let step = script.step(
            "update tasks set state = 'dead', error = ?, wakes = null, receipt = null, updated = ? \
             where id = ? and receipt = ? and state = 'running'",
        );
        only_if_held(step.bind(why).bind(self.now()), claimed);
        self.end(claimed.task.step.as_ref(), script).await.map(drop)
    }
}

#[expect(private_bounds, reason = "the engines are named by what is public")]
impl<E: Engine> Sql<E> {
    async fn is_any_due(&self, queues: &[String], now: i64) -> Result<bool> {
        for queues in queues.chunks(WIDEST) {
            if self.engine.any(any_due(queues, now)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub(super) fn any_due(queues: &[String], now: i64) -> Statement {
    Statement::new(concat!(
        "select 1 from tasks where queue in ([?]) and wakes <= ? and ",
        is_open!(),
        " limit 1"
    ))
    .bind_list(queues.iter().map(|queue| [queue.as_str().into()]))
    .bind(now)
}

/// Completes a statement that ends with `where id = ? and receipt = ? …`.
fn only_if_held(step: StepBuilder<'_>, claimed: &Claimed) {
    step.bind(claimed.task.id.0.as_str())
        .bind(claimed.receipt.as_str())
        .must_change(Precondition::Claimed(claimed.task.id.clone()));
}

/// Takes what is due, and puts away what its workers have given up in silence.
pub(super) struct Claim {
    pub(super) among: Among,
    pub(super) limit: u32,
    pub(super) now: i64,
    pub(super) until: i64,
}

/// What a claim is for.
pub(super) enum Among {
    Queue(String),
    /// One at least and [`WIDEST`] at most.
    Tasks(Vec<TaskId>),
}

impl Among {
    fn due(&self) -> Statement {
        match self {
            // The comment is for MySQL, which sorts small tables instead, and locks all that it sorts.
            Self::Queue(queue) => Statement::new(concat!(
                "select /*+ index(tasks tasks_wakes) */ ",
                task_columns!(),
                " from tasks where queue = ? and wakes <= ? and ",
                is_open!(),
                " and ",
                is_next!(),
                " order by wakes, id limit ?"
            ))
            .bind(queue.as_str()),
            Self::Tasks(ids) => Statement::new(concat!(
                "select ",
                task_columns!(),
                " from tasks where id in ([?]) and wakes <= ? and ",
                is_open!(),
                " and ",
                is_next!(),
                " order by wakes, id limit ?"
            ))
            .bind_list(ids.iter().map(|id| [id.0.as_str().into()])),
        }
    }
}

#[async_trait]
impl Transaction for Claim {
    type Output = Vec<Claimed>;

    const TABLE: &'static str = "tasks";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Vec<Claimed>, Failure> {
        // Held until the claim is committed, so that nothing is handed out once a pause was answered.
        connection.rows(&gate(Ending::LockShared)).await?;
        let due = self.among.due().ending(Ending::LockFree).bind(self.now).bind(self.limit);
        let due: Vec<Task> =
            connection.rows(&due).await?.iter().map(read).collect::<Result<_>>()?;

        let (mut called_off, mut deserted, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        for task in due {
            match task.state {
                TaskState::Running if task.cancel_requested => called_off.push(task),
                TaskState::Running if task.attempts >= task.max_attempts => deserted.push(task),
                _ => taken.push(task),
            }
        }
        let ended = called_off.iter().chain(&deserted);
        let workflows =
            ended.filter_map(|task| Some(task.step.as_ref()?.workflow.clone())).collect();
        let receipt = format!("{:032x}", rand::rng().random::<u128>());
        let mut script = Script::default();
        self.take(&mut script, &taken, &receipt);
        self.call_off(&mut script, &called_off);
        self.bury(&mut script, deserted);
        connection.run(&mut script).await?;
        follow_all(connection, workflows, self.now).await?;

        let updated = |task: &Task| Timestamp::from_microsecond(self.now).unwrap_or(task.updated);
        let claimed = |task: Task| Claimed {
            receipt: receipt.clone(),
            delivery: None,
            task: Task {
                state: TaskState::Running,
                attempts: task.attempts + 1,
                updated: updated(&task),
                ..task
            },
        };
        Ok(taken.into_iter().map(claimed).collect())
    }
}

impl Claim {
    fn take(&self, script: &mut Script, tasks: &[Task], receipt: &str) {
        for tasks in tasks.chunks(WIDEST) {
            let statement = Statement::new(
                "update tasks set state = 'running', attempts = attempts + 1, wakes = ?, receipt = ?, updated = ? where id in ([?])",
            );
            let ids = tasks.iter().map(|task| [task.id.0.as_str().into()]);
            script.step(statement.bind(self.until).bind(receipt).bind(self.now).bind_list(ids));
        }
    }

    fn call_off(&self, script: &mut Script, tasks: &[Task]) {
        for tasks in tasks.chunks(WIDEST) {
            let statement = Statement::new(
                "update tasks set state = 'cancelled', wakes = null, receipt = null, updated = ? where id in ([?])",
            );
            let ids = tasks.iter().map(|task| [task.id.0.as_str().into()]);
            script.step(statement.bind(self.now).bind_list(ids));
        }
    }

    fn bury(&self, script: &mut Script, tasks: Vec<Task>) {
        for task in tasks {
            script
                .step("update tasks set state = 'dead', error = ?, wakes = null, receipt = null, updated = ? where id = ?")
                .bind(format!("its worker stopped answering {} times", task.attempts))
                .bind(self.now)
                .bind(task.id.0);
        }
    }
}
