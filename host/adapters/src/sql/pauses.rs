//! Pausing queues, and emptying them.
//!
//! **Invariant:** a claim holds the gate in common from its first statement to its commit, and a pause
//! holds it alone. So a claim either is over before a pause is answered, or sees the pause.

use async_trait::async_trait;
use repono_domain::TaskId;
use repono_service::Result;
use repono_service::ports::Pause;

use super::cells::{Cells, FromCells, read};
use super::engine::{Connection, Failure, Transaction};
use super::script::Script;
use super::statement::{Ending, Statement, WIDEST};
use super::workflows::follow_all;

/// Whether a task's queue hands out anything.
macro_rules! is_open {
    () => {
        "not exists (select 1 from queues where queues.name = tasks.queue and queues.paused is not null)"
    };
}
pub(super) use is_open;

/// So many tasks are cancelled in one transaction at most: others want to write meanwhile.
const AT_A_TIME: usize = 4 * WIDEST;

/// What claims pass through.
pub(super) fn gate(hold: Ending) -> Statement {
    Statement::new("select id from queue_gate where id = 1").ending(hold)
}

/// A queue that is paused, or no more.
pub(super) enum Pausing {
    Begins(Pause),
    Ends(String),
}

#[async_trait]
impl Transaction for Pausing {
    /// Whether it changed anything.
    type Output = bool;

    const TABLE: &'static str = "queues";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<bool, Failure> {
        connection.rows(&gate(Ending::Lock)).await?;
        let mut script = Script::default();
        match self {
            Self::Begins(Pause { queue, since, by, why }) => {
                let unpaused = Statement::new("insert into queues (name) values (?)");
                script.step(unpaused.ending(Ending::UnlessThere("name")).bind(queue.as_str()));
                script
                    .step(
                        "update queues set paused = coalesce(paused, ?), paused_by = ?, paused_why = ? where name = ?",
                    )
                    .bind(since.as_microsecond())
                    .bind(by.map(|by| by.0))
                    .bind(why.as_deref())
                    .bind(queue.as_str());
            }
            Self::Ends(queue) => {
                script
                    .step(
                        "update queues set paused = null, paused_by = null, paused_why = null \
                         where name = ? and paused is not null",
                    )
                    .bind(queue.as_str());
            }
        }
        Ok(connection.run(&mut script).await?.changed)
    }
}

/// Cancels some of what waits in a queue.
pub(super) struct Purge {
    pub(super) queue: String,
    pub(super) why: String,
    /// What came later stays.
    pub(super) begun: i64,
    pub(super) now: i64,
}

#[async_trait]
impl Transaction for Purge {
    /// How many tasks. None: nothing waits any more.
    type Output = u64;

    const TABLE: &'static str = "tasks";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<u64, Failure> {
        // In no order: sorting all that waits would take long, once for each part.
        let waiting = Statement::new(
            "select id, (select workflow from workflow_steps where workflow_steps.task = tasks.id) as workflow from tasks \
             where queue = ? and state in ('blocked', 'queued') and created <= ? limit ?",
        );
        let waiting = waiting
            .ending(Ending::Lock)
            .bind(self.queue.as_str())
            .bind(self.begun)
            .bind(AT_A_TIME as u64);
        let waiting: Vec<Waiting> =
            connection.rows(&waiting).await?.iter().map(read).collect::<Result<_>>()?;

        let mut script = Script::default();
        for tasks in waiting.chunks(WIDEST) {
            let cancel = Statement::new(
                "update tasks set state = 'cancelled', cancel_requested = ?, error = ?, wakes = null, updated = ? where id in ([?])",
            );
            let ids = tasks.iter().map(|task| [task.id.0.as_str().into()]);
            script.step(cancel.bind(true).bind(self.why.as_str()).bind(self.now).bind_list(ids));
        }
        connection.run(&mut script).await?;
        let count = waiting.len() as u64;
        let workflows = waiting.into_iter().filter_map(|task| task.workflow).collect();
        follow_all(connection, workflows, self.now).await?;
        Ok(count)
    }
}

/// A task that waits.
struct Waiting {
    id: TaskId,
    workflow: Option<TaskId>,
}

impl FromCells for Waiting {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            id: TaskId(at.key().to_owned()),
            workflow: cells.text_if(&at, "workflow")?.map(TaskId),
        })
    }
}
