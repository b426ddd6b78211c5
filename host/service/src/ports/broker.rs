//! Brokers: they carry word of tasks, and nothing that is known nowhere else.

use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use repono_domain::TaskId;

use crate::Result;

/// Word that a task waits for a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which task.
    pub task: TaskId,
    /// Whose workers take it.
    pub queue: String,
    /// Brokers that can do so keep notices of one key in their order.
    pub order_key: Option<String>,
    /// It is to arrive not before so much later; at most [`Broker::longest_delay`].
    pub delay: Duration,
}

/// A notice in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which task it is about.
    pub task: TaskId,
    /// From which queue it came.
    pub queue: String,
    /// The broker's own name for this delivery.
    pub mark: String,
}

/// How many notices there are. None: the broker does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Wait for workers.
    pub waiting: u64,
    /// Are in workers' hands.
    pub held: Option<u64>,
    /// Wait for their time.
    pub delayed: Option<u64>,
    /// Were given up.
    pub dead: u64,
    /// How long the oldest that waits has waited.
    pub oldest: Option<SignedDuration>,
}

/// Carries notices to workers: each at least once, until it is acknowledged.
///
/// Queues come into being when they are first named. Every call ends within a time that the adapter
/// is set to, with an error of kind `Unavailable` if the broker does not answer.
#[async_trait]
pub trait Broker: Send + Sync {
    /// When it answers, the broker keeps all of them. After an error it may keep any of them.
    async fn publish(&self, notices: &[Notice]) -> Result<()>;

    /// Up to `limit` notices of these queues, earlier queues first, without waiting for any to come.
    ///
    /// A delivery that is neither acknowledged nor given back is delivered again: soon after the
    /// connection of whoever has it is lost, and where there is no such thing, when it has not been
    /// [kept](Broker::keep) for the time that the adapter is set to. One that was delivered more
    /// often than that adapter allows is put among the dead instead.
    async fn receive(&self, queues: &[String], limit: u32) -> Result<Vec<Delivery>>;

    /// Ends when [`Broker::receive`] may find something, after `patience` at the latest. It may end
    /// for no reason, and may be given up at any time: nothing is lost by that.
    async fn wait(&self, queues: &[String], patience: Duration);

    /// They are not delivered again. Those that are somebody else's by now stay so.
    async fn acknowledge(&self, deliveries: &[Delivery]) -> Result<()>;

    /// Another worker may have it at once.
    async fn give_back(&self, delivery: &Delivery) -> Result<()>;

    /// It is still being worked on.
    async fn keep(&self, delivery: &Delivery) -> Result<()>;

    /// How many notices a queue has.
    async fn depth(&self, queue: &str) -> Result<Depth>;

    /// Forgets what waits in a queue, and answers how much that was.
    async fn purge(&self, queue: &str) -> Result<u64>;

    /// The longest delay that a notice may have. Zero: none.
    fn longest_delay(&self) -> Duration;

    /// Says whether it answers.
    async fn ping(&self) -> Result<()>;
}
