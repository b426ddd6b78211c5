//! RabbitMQ: a quorum queue for each queue, which hands out by itself.
//!
//! Everything that is needed there is declared when it is first used on a connection (`topology`), so
//! a server that was emptied is as good as a new one. A connection that fails is not mended but
//! replaced (`session`): what was in workers' hands by then is delivered again, and what they still
//! say of it is of no consequence.

mod session;
mod topology;

#[cfg(test)]
#[cfg(feature = "services")]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::try_join_all;
use lapin::options::{BasicAckOptions, BasicNackOptions, BasicPublishOptions, QueuePurgeOptions};
use lapin::{BasicProperties, Confirmation};
use repono_service::Result;
use repono_service::ports::{Broker, Delivery, Depth, Notice};
use tokio::sync::Mutex;
use tokio::time::sleep;

use self::session::{Address, Session};
#[cfg(test)]
#[cfg(feature = "services")]
use self::topology::Topology;
use crate::brokers::{BrokerOptions, Inbox, unavailable, within};

/// Written to the disk.
const PERSISTENT: u8 = 2;

/// Notices in a RabbitMQ, version 3.10 or later.
pub struct Rabbitmq {
    address: Address,
    options: BrokerOptions,
    session: Mutex<Option<Arc<Session>>>,
    inbox: Arc<Inbox>,
}

impl Rabbitmq {
    /// `amqp://user:password@host[:port][/vhost]`, or `amqps://` over TLS, where the server's
    /// certificate must be one that the system or the options trust.
    ///
    /// Fails only if the address or the options cannot be read: the server itself may come later.
    pub fn open(url: &str, options: BrokerOptions) -> Result<Self> {
        let options = options.checked()?;
        Ok(Self {
            address: Address::read(url, &options)?,
            options,
            session: Mutex::default(),
            inbox: Arc::default(),
        })
    }

    /// What is to be done with a session. One at which it fails is not used again.
    async fn with<T>(&self, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
        let session = within(self.options.timeout, self.session()).await?;
        let outcome = within(self.options.timeout, work(&session)).await;
        if outcome.is_err() {
            let mut current = self.session.lock().await;
            current.take_if(|current| Arc::ptr_eq(current, &session));
        }
        outcome
    }

    async fn session(&self) -> Result<Arc<Session>> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref().filter(|session| session.is_alive()) {
            return Ok(Arc::clone(session));
        }
        *current = None;
        let session = Session::connect(&self.address, &self.options, &self.inbox).await?;
        Ok(Arc::clone(current.insert(Arc::new(session))))
    }
}

#[async_trait]
impl Broker for Rabbitmq {
    async fn publish(&self, notices: &[Notice]) -> Result<()> {
        self.with(async |session| {
            let lost = publish(session, notices).await?;
            if lost.is_empty() {
                return Ok(());
            }
            // Somebody has removed a queue.
            session.forget_topology().await;
            let still_lost = publish(session, &lost).await?;
            if still_lost.is_empty() {
                return Ok(());
            }
            Err(unavailable(format!("RabbitMQ kept {} notices in no queue", still_lost.len())))
        })
        .await
    }

    async fn receive(&self, queues: &[String], limit: u32) -> Result<Vec<Delivery>> {
        self.with(async |session| {
            for queue in queues {
                session.consume(queue).await?;
            }
            Ok(())
        })
        .await?;
        // As long as the connection lives, what came on it is ours.
        Ok(self.inbox.take(queues, limit, Duration::MAX))
    }

    async fn wait(&self, queues: &[String], patience: Duration) {
        if self.session.lock().await.as_ref().is_some_and(|session| session.is_alive()) {
            self.inbox.wait(queues, patience).await;
        } else {
            sleep(patience).await;
        }
    }

    async fn acknowledge(&self, deliveries: &[Delivery]) -> Result<()> {
        self.with(async |session| {
            for delivery in deliveries {
                if let Some((channel, tag)) = session.origin(delivery).await {
                    let acknowledged = channel.basic_ack(tag, BasicAckOptions::default()).await;
                    acknowledged.map_err(unavailable)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn give_back(&self, delivery: &Delivery) -> Result<()> {
        self.with(async |session| {
            if let Some((channel, tag)) = session.origin(delivery).await {
                let requeue = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
                channel.basic_nack(tag, requeue).await.map_err(unavailable)?;
            }
            Ok(())
        })
        .await
    }

    /// The connection tells the server that its holder lives.
    async fn keep(&self, _delivery: &Delivery) -> Result<()> {
        Ok(())
    }

    async fn depth(&self, queue: &str) -> Result<Depth> {
        self.with(async |session| {
            let (waiting, dead) = session.depths(queue).await?;
            Ok(Depth { waiting: waiting.into(), dead: dead.into(), ..Depth::default() })
        })
        .await
    }

    async fn purge(&self, queue: &str) -> Result<u64> {
        self.with(async |session| {
            let name = session.declare(queue).await?;
            let purged = session.channel().queue_purge(name.into(), QueuePurgeOptions::default());
            Ok(purged.await.map_err(unavailable)?.into())
        })
        .await
    }

    fn longest_delay(&self) -> Duration {
        topology::LONGEST_DELAY
    }

    async fn ping(&self) -> Result<()> {
        self.with(async |session| session.ping().await).await
    }
}

/// Answers what found no queue; all else is kept when it answers.
async fn publish(session: &Session, notices: &[Notice]) -> Result<Vec<Notice>> {
    let mut confirmations = Vec::with_capacity(notices.len());
    for notice in notices {
        let name = session.declare(&notice.queue).await?;
        confirmations.push(publish_one(session, &name, notice).await?);
    }
    let confirmed = try_join_all(confirmations).await.map_err(unavailable)?;
    let mut lost = Vec::new();
    for (notice, confirmation) in notices.iter().zip(confirmed) {
        match confirmation {
            Confirmation::Ack(None) => {}
            Confirmation::Ack(Some(_)) => lost.push(notice.clone()),
            Confirmation::Nack(_) | Confirmation::NotRequested => {
                return Err(unavailable("RabbitMQ did not keep a notice"));
            }
        }
    }
    Ok(lost)
}

async fn publish_one(
    session: &Session,
    name: &str,
    notice: &Notice,
) -> Result<lapin::PublisherConfirm> {
    let (exchange, key) = session.topology().route(name, notice.delay);
    let confirmation = session.publisher().basic_publish(
        exchange.into(),
        key.into(),
        BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
        notice.task.0.as_bytes(),
        BasicProperties::default().with_delivery_mode(PERSISTENT),
    );
    confirmation.await.map_err(unavailable)
}
