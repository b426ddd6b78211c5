//! The queue, with a broker that carries word of tasks (ADR 14).
//!
//! Every claim and every outcome is in the database, as without a broker. What the broker loses is
//! told again from there; what it delivers twice, or too late, finds nothing to claim.
//!
//! **Invariant:** nobody who enqueues waits for the broker, and none of its failures is theirs.

use std::collections::{HashMap, HashSet};
use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{Task, TaskId, TaskState};
use serde_json::Value;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::ports::{Broker, Claimed, Clock, Database, Delivery, Notice, Pause, Queue};
use crate::{Error, Kind, Result};

/// Notices that wait to be published. What finds no room is left to [`Queue::refill`].
const WAITING: usize = 10_000;
/// Notices that are published together.
const BATCH: usize = 256;
/// How long what was announced may take to be published at the end.
const FAREWELL: Duration = Duration::from_secs(5);
/// With more notices than this in the broker, its workers have enough to do: nothing is told again.
const WINDOW: u64 = 1000;
/// A broker that did not answer is asked nothing for so long.
const RESPITE: Duration = Duration::from_secs(1);
/// Tasks are announced so long before their time at most, so that few need to be called back when
/// they are cancelled.
const AHEAD: Duration = Duration::from_secs(30);
/// What is known of paused queues may be so old: other nodes pause them too. Of one that is paused
/// by then, deliveries are put away.
const NEWS: Duration = Duration::from_secs(1);

/// The port [`Queue`], over the truth and a broker.
pub struct Brokered {
    told: Arc<Told>,
    clock: Arc<dyn Clock>,
    /// Nothing once it is closed.
    announcements: Mutex<Option<mpsc::Sender<Notice>>>,
    publishing: Mutex<Option<JoinHandle<()>>>,
    silence: SignedDuration,
    /// What was last heard of paused queues, and when.
    paused: Mutex<Option<(Instant, Arc<HashSet<String>>)>>,
    /// Tells those who wait that there may be more to wait for.
    resumed: Notify,
}

/// Who is told what.
struct Told {
    truth: Arc<dyn Database>,
    broker: Arc<dyn Broker>,
    /// When it last did not answer; nothing while it does.
    away: Mutex<Option<Instant>>,
}

impl Brokered {
    /// Begins to publish in the background, until it is closed or dropped. Of a task that is due and was
    /// announced longer than `silence` ago, the broker is told again.
    pub fn new(
        truth: Arc<dyn Database>,
        broker: Arc<dyn Broker>,
        clock: Arc<dyn Clock>,
        silence: SignedDuration,
    ) -> Self {
        let told = Arc::new(Told { truth, broker, away: Mutex::new(None) });
        let (announcements, waiting) = mpsc::channel(WAITING);
        let publishing = tokio::spawn(Arc::clone(&told).publish_all(waiting));
        Self {
            told,
            clock,
            announcements: Mutex::new(Some(announcements)),
            publishing: Mutex::new(Some(publishing)),
            silence,
            paused: Mutex::new(None),
            resumed: Notify::new(),
        }
    }

    /// Publishes what was announced, if the broker takes it in time. What is announced later is found
    /// later.
    pub async fn close(&self) {
        drop(locked(&self.announcements).take());
        let publishing = locked(&self.publishing).take();
        if let Some(publishing) = publishing
            && timeout(FAREWELL, publishing).await.is_err()
        {
            tracing::warn!("not all tasks were announced; they are found later");
        }
    }

    fn ahead(&self) -> Result<SignedDuration> {
        SignedDuration::try_from(self.told.broker.longest_delay().min(AHEAD))
            .map_err(|error| Error::internal("a delay is too long", error))
    }

    /// Those of the queues that were not paused when that was last asked.
    async fn open(&self, queues: &[String]) -> Result<Vec<String>> {
        let known = locked(&self.paused).clone();
        let paused = match known {
            Some((heard, paused)) if heard.elapsed() < NEWS => paused,
            _ => {
                let asked = Instant::now();
                let told = self.told.truth.pauses().await?;
                let paused: Arc<HashSet<_>> =
                    Arc::new(told.into_iter().map(|pause| pause.queue).collect());
                *locked(&self.paused) = Some((asked, Arc::clone(&paused)));
                paused
            }
        };
        Ok(queues.iter().filter(|queue| !paused.contains(*queue)).cloned().collect())
    }

    /// Tells the broker of what it does not know of a queue. Answers of how many tasks.
    async fn refill_one(&self, queue: &str, ahead: SignedDuration) -> Result<u64> {
        let Told { truth, broker, .. } = &*self.told;
        if !truth.any_due(queue, ahead).await? {
            return Ok(0);
        }
        let depth = self.told.ask(broker.depth(queue)).await?;
        let there = depth.waiting + depth.held.unwrap_or(0) + depth.delayed.unwrap_or(0);
        let room = u32::try_from(WINDOW.saturating_sub(there)).unwrap_or(u32::MAX);
        if room == 0 {
            return Ok(0);
        }
        let notices = truth.unannounced(queue, ahead, self.silence, room).await?;
        if !notices.is_empty() {
            self.told.publish(&notices).await?;
        }
        Ok(notices.len() as u64)
    }

    fn announce_soon(&self, notice: Notice) {
        let announced = locked(&self.announcements).as_ref().map(|sender| sender.try_send(notice));
        if !matches!(announced, Some(Ok(()))) {
            tracing::debug!("a task was not announced at once; it is found later");
        }
    }

    /// What is to be done once a claim is settled in the database, or was lost before.
    async fn settled(&self, claimed: &Claimed, outcome: Result<()>, is_over: bool) -> Result<()> {
        if outcome.as_ref().is_err_and(|error| error.kind() != Kind::Conflict) {
            return outcome;
        }
        if is_over && let Err(error) = self.announce_what_follows(&claimed.task).await {
            tracing::warn!(error = %error, "the tasks that follow one that is over were not announced; they are found later");
        }
        self.told.acknowledge(claimed.delivery.as_slice()).await;
        outcome
    }

    async fn announce_what_follows(&self, over: &Task) -> Result<()> {
        let truth = &self.told.truth;
        if let Some(key) = &over.order_key
            && let Some(next) = truth.next_in_order(&over.queue, key).await?
        {
            self.announce_soon(next);
        }
        if let Some(step) = &over.step {
            for begun in truth.begun(&step.workflow).await? {
                self.announce_soon(begun);
            }
        }
        Ok(())
    }

    /// Claims what the deliveries are about. The others are about nothing that can be done now.
    async fn claim_delivered(
        &self,
        deliveries: Vec<Delivery>,
        lease: SignedDuration,
    ) -> Result<Vec<Claimed>> {
        let mut superfluous = Vec::new();
        let mut by_task: HashMap<TaskId, Delivery> = HashMap::new();
        for delivery in deliveries {
            superfluous.extend(by_task.insert(delivery.task.clone(), delivery));
        }
        let ids: Vec<TaskId> = by_task.keys().cloned().collect();
        let mut claims = match self.told.truth.claim_these(&ids, lease).await {
            Ok(claims) => claims,
            Err(error) => {
                self.told.give_back(by_task.into_values().chain(superfluous)).await;
                return Err(error);
            }
        };
        for claimed in &mut claims {
            claimed.delivery = by_task.remove(&claimed.task.id);
        }
        superfluous.extend(by_task.into_values());
        self.told.dismiss(&superfluous).await;
        Ok(claims)
    }
}

#[async_trait]
impl Queue for Brokered {
    fn announce(&self, tasks: &[Task]) {
        let now = self.clock.now();
        let may_begin = |task: &&Task| task.due <= now && task.state != TaskState::Blocked;
        for task in tasks.iter().filter(may_begin) {
            self.announce_soon(Notice {
                task: task.id.clone(),
                queue: task.queue.clone(),
                order_key: task.order_key.clone(),
                delay: Duration::ZERO,
            });
        }
    }

    async fn wait(&self, queues: &[String], patience: Duration) {
        let mut resumed = std::pin::pin!(self.resumed.notified());
        resumed.as_mut().enable();
        let open = self.open(queues).await.unwrap_or_else(|_| queues.to_vec());
        // Another node may resume what is paused, and tells nobody here.
        let is_whole = open.len() == queues.len();
        let patience = if is_whole { patience } else { patience.min(NEWS) };
        let arrival = async {
            if open.is_empty() || self.told.is_away() {
                sleep(patience).await;
            } else {
                self.told.broker.wait(&open, patience).await;
            }
        };
        tokio::select! {
            () = arrival => {}
            () = resumed => {}
        }
    }

    async fn refill(&self) -> Result<u64> {
        let ahead = self.ahead()?;
        let mut refilled = 0;
        for queue in self.told.truth.queues().await? {
            refilled += self.refill_one(&queue, ahead).await?;
        }
        Ok(refilled)
    }

    /// While the broker does not answer, workers look into the database.
    async fn claim(
        &self,
        queues: &[String],
        limit: u32,
        lease: SignedDuration,
    ) -> Result<Vec<Claimed>> {
        let queues = &self.open(queues).await?;
        match self.told.ask(self.told.broker.receive(queues, limit)).await {
            Ok(deliveries) if deliveries.is_empty() => Ok(Vec::new()),
            Ok(deliveries) => self.claim_delivered(deliveries, lease).await,
            Err(_) => self.told.truth.claim(queues, limit, lease).await,
        }
    }

    async fn pause(&self, pause: &Pause) -> Result<()> {
        let paused = self.told.truth.pause(pause).await;
        locked(&self.paused).take();
        paused
    }

    async fn resume(&self, queue: &str) -> Result<bool> {
        let was_paused = self.told.truth.resume(queue).await?;
        locked(&self.paused).take();
        let told = match self.ahead() {
            Ok(ahead) => self.refill_one(queue, ahead).await,
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            tracing::debug!(queue, error = %error, "tasks of a queue that was resumed are announced later");
        }
        self.resumed.notify_waiters();
        Ok(was_paused)
    }

    async fn purge(&self, queue: &str, why: &str) -> Result<u64> {
        let Told { truth, broker, .. } = &*self.told;
        let purged = truth.purge(queue, why).await?;
        // Workers need not take up what is over, task by task. What was stored meanwhile is told again.
        let forgotten = match broker.purge(queue).await {
            Ok(_) => truth.none_announced(queue).await,
            Err(error) => Err(error),
        };
        if let Err(error) = forgotten {
            tracing::debug!(queue, error = %error, "notices of tasks that are over stay with the broker; they find nothing to claim");
        }
        Ok(purged)
    }

    async fn extend(&self, claimed: &Claimed, lease: SignedDuration) -> Result<bool> {
        let is_asked_to_stop = self.told.truth.extend(claimed, lease).await?;
        if let Some(delivery) = &claimed.delivery
            && let Err(error) = self.told.ask(self.told.broker.keep(delivery)).await
        {
            tracing::debug!(task.id = %claimed.task.id, error = %error, "a delivery was not kept; if it comes again, it is not taken");
        }
        Ok(is_asked_to_stop)
    }

    async fn succeed(&self, claimed: &Claimed, result: &Value) -> Result<()> {
        self.settled(claimed, self.told.truth.succeed(claimed, result).await, true).await
    }

    async fn stopped(&self, claimed: &Claimed) -> Result<()> {
        self.settled(claimed, self.told.truth.stopped(claimed).await, true).await
    }

    async fn again(&self, claimed: &Claimed, at: Timestamp, why: Option<&str>) -> Result<()> {
        let outcome = self.told.truth.again(claimed, at, why).await;
        if outcome.is_ok() {
            self.announce(&[Task { due: at, ..claimed.task.clone() }]);
        }
        self.settled(claimed, outcome, false).await
    }

    async fn bury(&self, claimed: &Claimed, why: &str) -> Result<()> {
        self.settled(claimed, self.told.truth.bury(claimed, why).await, true).await
    }
}

impl Told {
    async fn publish_all(self: Arc<Self>, mut waiting: mpsc::Receiver<Notice>) {
        let mut notices = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut notices, BATCH).await > 0 {
            // Logged when the broker went away, and made up for later.
            drop(self.publish(&notices).await);
            notices.clear();
        }
    }

    /// What could not be published counts as not announced.
    async fn publish(&self, notices: &[Notice]) -> Result<()> {
        let published = self.ask(self.broker.publish(notices)).await;
        if published.is_err() {
            let ids: Vec<TaskId> = notices.iter().map(|notice| notice.task.clone()).collect();
            if let Err(error) = self.truth.not_announced(&ids).await {
                tracing::debug!(error = %error, "tasks count as announced that are not; they are after a while");
            }
        }
        published
    }

    /// They were about nothing that can be done now. If it can be later, it is announced again.
    async fn dismiss(&self, deliveries: &[Delivery]) {
        if deliveries.is_empty() {
            return;
        }
        let ids: Vec<TaskId> = deliveries.iter().map(|delivery| delivery.task.clone()).collect();
        match self.truth.not_announced(&ids).await {
            Ok(()) => self.acknowledge(deliveries).await,
            Err(error) => {
                tracing::debug!(error = %error, "deliveries that were of no use come again");
                self.give_back(deliveries.iter().cloned()).await;
            }
        }
    }

    /// What is not acknowledged comes again, and finds nothing to claim.
    async fn acknowledge(&self, deliveries: &[Delivery]) {
        if !deliveries.is_empty() {
            drop(self.ask(self.broker.acknowledge(deliveries)).await);
        }
    }

    async fn give_back(&self, deliveries: impl Iterator<Item = Delivery>) {
        for delivery in deliveries {
            drop(self.ask(self.broker.give_back(&delivery)).await);
        }
    }

    /// What the broker answers, unless it has just not answered. Says once that it is away, and once
    /// that it is back.
    async fn ask<T>(&self, question: impl Future<Output = Result<T>>) -> Result<T> {
        if self.away().is_some_and(|since| since.elapsed() < RESPITE) {
            return Err(Error::unavailable("broker", "it did not answer a moment ago"));
        }
        let answer = question.await;
        let mut away = self.away();
        match &answer {
            Ok(_) => {
                if away.take().is_some() {
                    tracing::info!("the broker of the queues is back");
                }
            }
            Err(error) => {
                if away.replace(Instant::now()).is_none() {
                    tracing::warn!(
                        error = %error,
                        why = error.source().map(ToString::to_string),
                        "the broker of the queues is away; workers look for tasks in the database until it is back"
                    );
                }
            }
        }
        answer
    }

    fn is_away(&self) -> bool {
        self.away().is_some()
    }

    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        locked(&self.away)
    }
}

/// Nothing under these locks leaves anything half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
