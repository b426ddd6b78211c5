//! What follows in a workflow when one of its tasks ends, or is tried again.
//!
//! **Invariant:** it is stored with what it follows from, in one transaction. Of one workflow one
//! transaction decides at a time: it sees what those before it have stored.

use std::collections::BTreeSet;

use async_trait::async_trait;
use repono_domain::{Step, TaskId, TaskState, Verdict, decide};
use repono_service::Result;
use repono_service::ports::Notice;

use super::Sql;
use super::announcements::{Waiting, note};
use super::cells::{Cells, FromCells, read};
use super::engine::{Connection, Engine, Failure, Transaction};
use super::pauses::is_open;
use super::script::{Done, Script};
use super::statement::{Ending, Statement, Value, WIDEST};
use super::tasks::state;

/// Changes a task of a workflow, with all that follows.
struct Settle {
    workflow: TaskId,
    script: Script,
    follow: Follow,
}

/// What may follow in a workflow.
#[derive(Clone, Copy)]
struct Follow {
    /// What was ended because of another waits for that again. Whom a person has called off stays so.
    again: bool,
    now: i64,
}

#[async_trait]
impl Transaction for Settle {
    type Output = Done;

    const TABLE: &'static str = "tasks";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Done, Failure> {
        hold(connection, &self.workflow).await?;
        let done = connection.run(&mut self.script).await?;
        self.follow.run(connection, &self.workflow).await?;
        Ok(done)
    }
}

#[expect(private_bounds, reason = "the engines are named by what is public")]
impl<E: Engine> Sql<E> {
    /// Carries out what ends a task, with all that follows in its workflow.
    pub(super) async fn end(&self, step: Option<&Step>, script: Script) -> Result<Done> {
        self.settle(step, script, false).await
    }

    /// Carries out what has a task tried again, with all that follows in its workflow.
    pub(super) async fn begin_again(&self, step: Option<&Step>, script: Script) -> Result<Done> {
        self.settle(step, script, true).await
    }

    async fn settle(&self, step: Option<&Step>, script: Script, again: bool) -> Result<Done> {
        let Some(step) = step else { return self.engine.run(script).await };
        let follow = Follow { again, now: self.now() };
        let settle = Settle { workflow: step.workflow.clone(), script, follow };
        let done = self.engine.transact(settle).await?;
        self.engine.bell().ring();
        Ok(done)
    }
}

/// What follows after tasks of these workflows have ended in this transaction.
pub(super) async fn follow_all<C: Connection>(
    connection: &mut C,
    workflows: BTreeSet<TaskId>,
    now: i64,
) -> Result<(), Failure> {
    for workflow in workflows {
        hold(connection, &workflow).await?;
        Follow { again: false, now }.run(connection, &workflow).await?;
    }
    Ok(())
}

/// No other transaction decides about the workflow before this one is over.
async fn hold<C: Connection>(connection: &mut C, workflow: &TaskId) -> Result<(), Failure> {
    let first = Statement::new("select task from workflow_steps where task = ?");
    connection.rows(&first.ending(Ending::Lock).bind(workflow.0.as_str())).await?;
    Ok(())
}

impl Follow {
    async fn run<C: Connection>(
        self,
        connection: &mut C,
        workflow: &TaskId,
    ) -> Result<(), Failure> {
        let mut members = members(connection, workflow).await?;
        let mut script = Script::default();
        let mut again = Vec::new();
        for member in members.iter_mut().filter(|member| self.again && member.may_wait_again()) {
            member.state = TaskState::Blocked;
            again.push(&member.id);
        }
        for ids in again.chunks(WIDEST) {
            let statement = Statement::new(
                "update tasks set state = 'blocked', error = null, updated = ? where id in ([?])",
            );
            script.step(statement.bind(self.now).bind_list(keys(ids)));
        }

        let blocked: Vec<_> =
            members.iter().map(|member| (&member.id, member.state, &member.step)).collect();
        let mut begin = Vec::new();
        for (id, verdict) in decide(&blocked) {
            match verdict {
                Verdict::Begins => begin.push(id),
                Verdict::Ends(why) => {
                    script
                        .step("update tasks set state = 'cancelled', error = ?, updated = ? where id = ?")
                        .bind(why)
                        .bind(self.now)
                        .bind(id.0.as_str());
                }
            }
        }
        for ids in begin.chunks(WIDEST) {
            let statement = Statement::new(
                // `due` comes last: in one dialect what follows an assignment sees its outcome.
                "update tasks set state = 'queued', wakes = case when due > ? then due else ? end, announced = null, updated = ?, \
                 due = case when due > ? then due else ? end where id in ([?])",
            );
            let statement = [self.now; 5].into_iter().fold(statement, Statement::bind);
            script.step(statement.bind_list(keys(ids)));
        }
        connection.run(&mut script).await?;
        Ok(())
    }
}

fn keys(ids: &[&TaskId]) -> impl Iterator<Item = [Value; 1]> {
    ids.iter().map(|id| [id.0.as_str().into()])
}

async fn members<C: Connection>(
    connection: &mut C,
    workflow: &TaskId,
) -> Result<Vec<Member>, Failure> {
    let members = Statement::new(
        "select tasks.id, state, cancel_requested, step from workflow_steps \
         join tasks on tasks.id = workflow_steps.task where workflow = ? order by tasks.id",
    );
    let rows = connection.rows(&members.bind(workflow.0.as_str())).await?;
    Ok(rows.iter().map(read).collect::<Result<_>>()?)
}

/// A task of a workflow, as far as the others depend on it.
struct Member {
    id: TaskId,
    state: TaskState,
    is_called_off: bool,
    step: Step,
}

impl Member {
    fn may_wait_again(&self) -> bool {
        self.state == TaskState::Cancelled && !self.is_called_off
    }
}

impl FromCells for Member {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            id: TaskId(at.key().to_owned()),
            state: state(cells, &at)?,
            is_called_off: cells.flag(&at, "cancel_requested")?,
            step: cells.json(&at, "step")?,
        })
    }
}

/// Finds what has begun in a workflow and was not announced, and notes that it is.
pub(super) struct Begun {
    pub(super) workflow: TaskId,
    pub(super) now: i64,
}

#[async_trait]
impl Transaction for Begun {
    type Output = Vec<Notice>;

    const TABLE: &'static str = "tasks";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Vec<Notice>, Failure> {
        let begun = Statement::new(concat!(
            "select id, queue, order_key, wakes from tasks where id in (select task from workflow_steps where workflow = ?) \
             and state = 'queued' and announced is null and wakes <= ? and ",
            is_open!(),
            " order by id"
        ));
        let begun = begun.ending(Ending::LockFree).bind(self.workflow.0.as_str()).bind(self.now);
        let begun: Vec<Waiting> =
            connection.rows(&begun).await?.iter().map(read).collect::<Result<_>>()?;
        let mut script = Script::default();
        note(&mut script, begun.iter().map(|waiting| &waiting.id), Some(self.now));
        connection.run(&mut script).await?;
        Ok(begun.into_iter().map(|waiting| waiting.notice(self.now)).collect())
    }
}
