//! What is asked of the truth about tasks by whoever works with a broker.

use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use repono_domain::TaskId;
use repono_service::Result;
use repono_service::ports::{Announcements, Claimed, Notice};

use super::Sql;
use super::cells::{Cells, FromCells, read};
use super::engine::{Connection, Engine, Failure, Transaction};
use super::pauses::is_open;
use super::queue::{Among, Claim, any_due, is_next};
use super::script::Script;
use super::statement::{Ending, Statement, WIDEST};
use super::workflows::Begun;

#[async_trait]
impl<E: Engine> Announcements for Sql<E> {
    async fn claim_these(&self, ids: &[TaskId], lease: SignedDuration) -> Result<Vec<Claimed>> {
        let mut claimed = Vec::new();
        for ids in ids.chunks(WIDEST) {
            let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let among = Among::Tasks(ids.to_vec());
            let claim = Claim { among, limit, now: self.now(), until: self.after(lease) };
            claimed.extend(self.engine.transact(claim).await?);
        }
        Ok(claimed)
    }

    async fn queues(&self) -> Result<Vec<String>> {
        let mut queues: Vec<String> = Vec::new();
        // From one to the next: reading all tasks for their queues would take long.
        let next = "select queue from tasks where queue > ? order by queue limit 1";
        loop {
            let last = queues.last().map_or("", String::as_str);
            match self.engine.first::<Name>(Statement::new(next).bind(last)).await? {
                Some(Name(queue)) => queues.push(queue),
                None => return Ok(queues),
            }
        }
    }

    async fn any_due(&self, queue: &str, ahead: SignedDuration) -> Result<bool> {
        self.engine.any(any_due(&[queue.to_owned()], self.after(ahead))).await
    }

    async fn unannounced(
        &self,
        queue: &str,
        ahead: SignedDuration,
        silence: SignedDuration,
        limit: u32,
    ) -> Result<Vec<Notice>> {
        let announce = Announce {
            queue: queue.to_owned(),
            now: self.now(),
            ahead: self.after(ahead),
            silent: self.after(-silence),
            limit,
        };
        self.engine.transact(announce).await
    }

    async fn not_announced(&self, ids: &[TaskId]) -> Result<()> {
        let mut script = Script::default();
        note(&mut script, ids.iter(), None);
        self.engine.run(script).await?;
        Ok(())
    }

    async fn none_announced(&self, queue: &str) -> Result<()> {
        let mut script = Script::default();
        script
            .step("update tasks set announced = null where queue = ? and state = 'queued'")
            .bind(queue);
        self.engine.run(script).await?;
        Ok(())
    }

    async fn begun(&self, workflow: &TaskId) -> Result<Vec<Notice>> {
        let workflow = workflow.clone();
        self.engine.transact(Begun { workflow, now: self.now() }).await
    }

    async fn next_in_order(&self, queue: &str, order_key: &str) -> Result<Option<Notice>> {
        let sql = concat!(
            "select id, queue, order_key, wakes from tasks where order_key = ? and queue = ? \
             and state = 'queued' and wakes <= ? and ",
            is_open!(),
            " and ",
            is_next!(),
            " order by id limit 1"
        );
        let now = self.now();
        let next = Statement::new(sql).bind(order_key).bind(queue).bind(now);
        Ok(self.engine.first::<Waiting>(next).await?.map(|waiting| waiting.notice(now)))
    }
}

/// Notes when word of tasks arrives at the broker.
pub(super) fn note<'t>(
    script: &mut Script,
    ids: impl ExactSizeIterator<Item = &'t TaskId>,
    at: Option<i64>,
) {
    let ids: Vec<&TaskId> = ids.collect();
    for ids in ids.chunks(WIDEST) {
        let statement = Statement::new("update tasks set announced = ? where id in ([?])");
        script.step(statement.bind(at).bind_list(ids.iter().map(|id| [id.0.as_str().into()])));
    }
}

/// Finds what no broker knows of, and notes that one is told.
struct Announce {
    queue: String,
    now: i64,
    /// What is due until then.
    ahead: i64,
    /// What was announced before.
    silent: i64,
    limit: u32,
}

#[async_trait]
impl Transaction for Announce {
    type Output = Vec<Notice>;

    const TABLE: &'static str = "tasks";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Vec<Notice>, Failure> {
        let waiting = Statement::new(concat!(
            "select /*+ index(tasks tasks_wakes) */ id, queue, order_key, wakes from tasks where queue = ? and wakes <= ? \
             and (announced is null or announced <= ?) and (state = 'queued' or wakes <= ?) and ",
            is_open!(),
            " and ",
            is_next!(),
            " order by wakes, id limit ?"
        ));
        let waiting = waiting
            .ending(Ending::LockFree)
            .bind(self.queue.as_str())
            .bind(self.ahead)
            .bind(self.silent)
            .bind(self.now)
            .bind(self.limit);
        let waiting: Vec<Waiting> =
            connection.rows(&waiting).await?.iter().map(read).collect::<Result<_>>()?;

        let mut script = Script::default();
        let (now, later): (Vec<_>, Vec<_>) =
            waiting.iter().partition(|waiting| waiting.wakes <= self.now);
        note(&mut script, now.iter().map(|waiting| &waiting.id), Some(self.now));
        for waiting in later {
            note(&mut script, std::iter::once(&waiting.id), Some(waiting.wakes));
        }
        connection.run(&mut script).await?;
        Ok(waiting.into_iter().map(|waiting| waiting.notice(self.now)).collect())
    }
}

/// A task that waits.
pub(super) struct Waiting {
    pub(super) id: TaskId,
    queue: String,
    order_key: Option<String>,
    wakes: i64,
}

impl Waiting {
    pub(super) fn notice(self, now: i64) -> Notice {
        let delay_us = u64::try_from(self.wakes.saturating_sub(now)).unwrap_or(0);
        Notice {
            task: self.id,
            queue: self.queue,
            order_key: self.order_key,
            delay: Duration::from_micros(delay_us),
        }
    }
}

impl FromCells for Waiting {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("tasks")?;
        Ok(Self {
            id: TaskId(at.key().to_owned()),
            queue: cells.text(&at, "queue")?,
            order_key: cells.text_if(&at, "order_key")?,
            wakes: cells.number(&at, "wakes")?,
        })
    }
}

/// The name of a queue.
struct Name(String);

impl FromCells for Name {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        Ok(Self(cells.key("tasks")?.key().to_owned()))
    }
}
