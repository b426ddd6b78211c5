//! A connection, and what is open on it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt as _;
use lapin::options::{
    BasicConsumeOptions, BasicQosOptions, BasicRejectOptions, ConfirmSelectOptions,
};
use lapin::tcp::OwnedTLSConfig;
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties, Consumer, DefaultConnectionBuilder};
use repono_domain::TaskId;
use repono_service::ports::Delivery;
use repono_service::{Error, Result};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::topology::Topology;
use crate::brokers::{BrokerOptions, Inbox, unavailable};
use crate::tls;

/// A line that is silent for twice as long is dead.
const HEARTBEAT_S: u16 = 5;
/// No id of a task is longer.
const MAX_ID_BYTES: usize = 64;

/// Where the server is. There is no `Debug`: it holds a password.
pub(super) struct Address {
    uri: AMQPUri,
    certificates: Option<String>,
}

impl Address {
    pub(super) fn read(url: &str, options: &BrokerOptions) -> Result<Self> {
        tls::provide();
        // Not with what was given: there may be a password in it.
        let mut uri: AMQPUri = url.parse().map_err(|_| {
            Error::Invalid(
                "the address of the broker is not one of a RabbitMQ: amqp://user:password@host"
                    .to_owned(),
            )
        })?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        let certificates = options.certificates.as_ref().map(|path| {
            std::fs::read_to_string(path).map_err(|error| {
                Error::Invalid(format!(
                    "the certificates {} cannot be read: {error}",
                    path.display()
                ))
            })
        });
        Ok(Self { uri, certificates: certificates.transpose()? })
    }

    async fn connect(&self) -> Result<Connection> {
        let properties = ConnectionProperties::default().with_connection_name("repono".into());
        let tls = OwnedTLSConfig { identity: None, cert_chain: self.certificates.clone() };
        let builder = DefaultConnectionBuilder::new().map_err(unavailable)?;
        let builder = builder.with_uri(self.uri.clone()).with_properties(properties);
        builder.with_tls_config(tls).connect().await.map_err(unavailable)
    }
}

pub(super) struct Session {
    connection: Connection,
    channel: Channel,
    publisher: Channel,
    topology: Topology,
    options: BrokerOptions,
    /// Queues that are known to be there.
    declared: Mutex<HashSet<String>>,
    consumers: Mutex<HashMap<String, Consuming>>,
    inbox: Arc<Inbox>,
}

/// A queue that hands out to us.
struct Consuming {
    /// No other consumer of this process has had it.
    number: u64,
    channel: Channel,
    task: JoinHandle<()>,
}

impl Session {
    pub(super) async fn connect(
        address: &Address,
        options: &BrokerOptions,
        inbox: &Arc<Inbox>,
    ) -> Result<Self> {
        let connection = address.connect().await?;
        let channel = connection.create_channel().await.map_err(unavailable)?;
        let publisher = connection.create_channel().await.map_err(unavailable)?;
        publisher.confirm_select(ConfirmSelectOptions::default()).await.map_err(unavailable)?;
        let topology = Topology::of(options);
        topology.declare_delays(&channel).await?;
        Ok(Self {
            connection,
            channel,
            publisher,
            topology,
            options: options.clone(),
            declared: Mutex::default(),
            consumers: Mutex::default(),
            inbox: Arc::clone(inbox),
        })
    }

    pub(super) fn is_alive(&self) -> bool {
        self.connection.status().connected()
            && self.channel.status().connected()
            && self.publisher.status().connected()
    }

    /// For everything but publishing and consuming.
    pub(super) fn channel(&self) -> &Channel {
        &self.channel
    }

    /// What is published here is confirmed.
    pub(super) fn publisher(&self) -> &Channel {
        &self.publisher
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Has the queue be there, and answers what it is called.
    pub(super) async fn declare(&self, queue: &str) -> Result<String> {
        let name = self.options.name(queue);
        let mut declared = self.declared.lock().await;
        if !declared.contains(queue) {
            self.topology.declare(&self.channel, &name).await?;
            declared.insert(queue.to_owned());
        }
        Ok(name)
    }

    /// Everything is declared anew.
    pub(super) async fn forget_topology(&self) {
        self.declared.lock().await.clear();
    }

    /// Has the queue hand out to us.
    pub(super) async fn consume(&self, queue: &str) -> Result<()> {
        let mut consumers = self.consumers.lock().await;
        if consumers.get(queue).is_some_and(|consuming| !consuming.task.is_finished()) {
            return Ok(());
        }
        if consumers.remove(queue).is_some() {
            // It has been removed, or somebody has ended us.
            self.forget_topology().await;
        }
        self.inbox.forget(queue);
        let name = self.declare(queue).await?;
        let channel = self.connection.create_channel().await.map_err(unavailable)?;
        let prefetch = channel.basic_qos(self.options.prefetch, BasicQosOptions::default());
        prefetch.await.map_err(unavailable)?;
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        let consumer = channel.basic_consume(name.into(), "".into(), options, arguments);
        let consumer = consumer.await.map_err(unavailable)?;
        let number = number();
        let task = take_in(consumer, number, queue.to_owned(), Arc::clone(&self.inbox));
        let task = tokio::spawn(task);
        consumers.insert(queue.to_owned(), Consuming { number, channel, task });
        Ok(())
    }

    /// Where a delivery came from and what it is called there; nothing if that is over.
    pub(super) async fn origin(&self, delivery: &Delivery) -> Option<(Channel, u64)> {
        let (number, tag) = delivery.mark.split_once('.')?;
        let consumers = self.consumers.lock().await;
        let consuming = consumers.get(&delivery.queue)?;
        let is_its = number.parse() == Ok(consuming.number) && !consuming.task.is_finished();
        Some((consuming.channel.clone(), tag.parse().ok()?)).filter(|_| is_its)
    }

    /// How many notices wait, and how many were given up.
    pub(super) async fn depths(&self, queue: &str) -> Result<(u32, u32)> {
        // It is asked for by declaring it, so it is there.
        self.topology.declare(&self.channel, &self.options.name(queue)).await
    }

    /// Asks the server for something that it has always.
    pub(super) async fn ping(&self) -> Result<()> {
        self.channel.basic_qos(1, BasicQosOptions::default()).await.map_err(unavailable)
    }
}

impl Drop for Session {
    /// What came on this connection can be acknowledged nowhere else.
    fn drop(&mut self) {
        for (queue, consuming) in self.consumers.get_mut().drain() {
            consuming.task.abort();
            self.inbox.forget(&queue);
        }
        self.inbox.ring();
    }
}

fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Until the queue or the connection is gone.
async fn take_in(mut consumer: Consumer, number: u64, queue: String, inbox: Arc<Inbox>) {
    while let Some(Ok(delivery)) = consumer.next().await {
        let id = String::from_utf8(delivery.data).ok();
        let id = id.filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES);
        let Some(id) = id else {
            tracing::warn!(queue, "a message in RabbitMQ is no notice; it is put among the dead");
            if delivery.acker.reject(BasicRejectOptions { requeue: false }).await.is_err() {
                break;
            }
            continue;
        };
        let mark = format!("{number}.{}", delivery.delivery_tag);
        inbox.put([Delivery { task: TaskId(id), queue: queue.clone(), mark }]);
    }
    inbox.ring();
}
