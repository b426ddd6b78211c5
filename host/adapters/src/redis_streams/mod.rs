//! Redis and Valkey as a broker: a stream for each queue, with one group of consumers.
//!
//! Each operation is a script (`scripts/`), so that it happens as a whole and in one round trip.
//! Nothing is handed out unasked; a message on a channel tells those who wait that there is
//! something (`waking`). An entry is removed when it is acknowledged, and a stream has a greatest
//! length, so memory is bounded; what is cut off is told again from the database.

mod connection;
mod scripts;
mod waking;

#[cfg(test)]
#[cfg(feature = "services")]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use redis::ScriptInvocation;
use repono_domain::TaskId;
use repono_service::Result;
use repono_service::ports::{Broker, Delivery, Depth, Notice};

use self::connection::Connections;
use self::scripts::{ACKNOWLEDGE, DEPTH, GIVE_BACK, KEEP, PUBLISH, PURGE, RECEIVE};
use self::waking::Waking;
use crate::brokers::BrokerOptions;

/// Any, as it is in a sorted set; longer ones are given in time.
const LONGEST_DELAY: Duration = Duration::from_hours(1);

/// Notices in a Redis, version 6.2 or later, or a Valkey.
///
/// It should keep what it is given: one that evicts, or that is restarted without its data, makes
/// work for the database.
pub struct RedisStreams {
    connections: Connections,
    options: BrokerOptions,
    waking: Waking,
}

impl RedisStreams {
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` over TLS, where the
    /// server's certificate must be one that the system or the options trust.
    ///
    /// Fails only if the address or the options cannot be read: the server itself may come later.
    pub fn open(url: &str, options: BrokerOptions) -> Result<Self> {
        let options = options.checked()?;
        let connections = Connections::to(url, &options)?;
        let channel = format!("{}arrived", options.prefix);
        let waking = Waking::on(connections.client().clone(), channel);
        Ok(Self { connections, options, waking })
    }

    /// What a queue's things are called there. What is in braces keeps them together in a cluster.
    fn keys(&self, queue: &str) -> [String; 3] {
        let name = self.options.name(queue);
        ["waiting", "later", "dead"].map(|what| format!("{{{name}}}:{what}"))
    }

    /// What only the holder of a delivery may do with it.
    fn as_holder<'s>(
        &self,
        script: &'s redis::Script,
        delivery: &Delivery,
    ) -> Option<ScriptInvocation<'s>> {
        let (entry, times) = delivery.mark.split_once('/')?;
        let [waiting, ..] = self.keys(&delivery.queue);
        let mut script = script.key(waiting);
        script.arg(entry).arg(times);
        Some(script)
    }
}

#[async_trait]
impl Broker for RedisStreams {
    async fn publish(&self, notices: &[Notice]) -> Result<()> {
        for of_one_queue in notices.chunk_by(|one, other| one.queue == other.queue) {
            let [waiting, later, _] = self.keys(&of_one_queue[0].queue);
            let mut publish = PUBLISH.key(waiting);
            publish.key(later).arg(self.waking.channel());
            for notice in of_one_queue {
                publish.arg(notice.task.0.as_str()).arg(notice.delay.as_millis());
            }
            self.connections.run::<()>(&publish).await?;
        }
        Ok(())
    }

    async fn receive(&self, queues: &[String], limit: u32) -> Result<Vec<Delivery>> {
        let mut received = Vec::new();
        for queue in queues {
            let wanted = limit as usize - received.len();
            if wanted == 0 {
                break;
            }
            let [waiting, later, dead] = self.keys(queue);
            let mut receive = RECEIVE.key(waiting);
            receive.key(later).key(dead).arg(wanted);
            receive.arg(self.options.visibility.as_millis()).arg(self.options.deliveries);
            let found: Vec<(String, u64, String)> = self.connections.run(&receive).await?;
            received.extend(found.into_iter().map(|(entry, times, task)| Delivery {
                task: TaskId(task),
                queue: queue.clone(),
                mark: format!("{entry}/{times}"),
            }));
        }
        Ok(received)
    }

    async fn wait(&self, _queues: &[String], patience: Duration) {
        self.waking.wait(patience).await;
    }

    async fn acknowledge(&self, deliveries: &[Delivery]) -> Result<()> {
        for delivery in deliveries {
            if let Some(acknowledge) = self.as_holder(&ACKNOWLEDGE, delivery) {
                self.connections.run::<()>(&acknowledge).await?;
            }
        }
        Ok(())
    }

    async fn give_back(&self, delivery: &Delivery) -> Result<()> {
        if let Some(mut give_back) = self.as_holder(&GIVE_BACK, delivery) {
            give_back.arg(self.options.visibility.as_millis()).arg(self.waking.channel());
            self.connections.run::<()>(&give_back).await?;
        }
        Ok(())
    }

    async fn keep(&self, delivery: &Delivery) -> Result<()> {
        match self.as_holder(&KEEP, delivery) {
            Some(keep) => self.connections.run(&keep).await,
            None => Ok(()),
        }
    }

    async fn depth(&self, queue: &str) -> Result<Depth> {
        let [waiting, later, dead] = self.keys(queue);
        let mut depth = DEPTH.key(waiting);
        depth.key(later).key(dead);
        let (waiting, held, delayed, dead, oldest_ms): (u64, u64, u64, u64, i64) =
            self.connections.run(&depth).await?;
        Ok(Depth {
            waiting,
            held: Some(held),
            delayed: Some(delayed),
            dead,
            oldest: (waiting > 0).then(|| SignedDuration::from_millis(oldest_ms)),
        })
    }

    async fn purge(&self, queue: &str) -> Result<u64> {
        let [waiting, later, _] = self.keys(queue);
        let mut purge = PURGE.key(waiting);
        purge.key(later);
        let mut purged = 0;
        // A script holds up all others, so each removes a part.
        loop {
            match self.connections.run::<u64>(&purge).await? {
                0 => return Ok(purged),
                count => purged += count,
            }
        }
    }

    fn longest_delay(&self) -> Duration {
        LONGEST_DELAY
    }

    async fn ping(&self) -> Result<()> {
        self.connections.ping().await
    }
}
