//! What hands tasks to workers, as the configuration names it.

use std::sync::Arc;
use std::time::Duration;

use repono_adapters::brokers::BrokerOptions;
use repono_adapters::rabbitmq::Rabbitmq;
use repono_adapters::redis_streams::RedisStreams;
use repono_adapters::sqs::Sqs;
use repono_service::ports::{self, Broker, Clock, Database};
use repono_service::tasks::Brokered;

use crate::config::Config;

/// So often is a notice delivered before it is put among the dead. The task itself is given up by its
/// own number of attempts.
const DELIVERIES: u32 = 20;
/// Queues of plugins that are gone do not stay for ever.
const EXPIRY: Duration = Duration::from_hours(30 * 24);

/// A queue that is open.
pub(in crate::app) struct Queue {
    database: Arc<dyn Database>,
    brokered: Option<Arc<Brokered>>,
    pub(in crate::app) broker: Option<Arc<dyn Broker>>,
}

impl Queue {
    pub(super) fn open(
        config: &Config,
        database: Arc<dyn Database>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let broker = broker(config, clock)?;
        let brokered = broker.as_ref().map(|broker| {
            let (truth, broker) = (Arc::clone(&database), Arc::clone(broker));
            let silence = config.queue.refill();
            Arc::new(Brokered::new(truth, broker, Arc::clone(clock), silence))
        });
        Ok(Self { database, brokered, broker })
    }

    pub(in crate::app) fn port(&self) -> Arc<dyn ports::Queue> {
        match &self.brokered {
            Some(brokered) => Arc::clone(brokered) as _,
            None => Arc::clone(&self.database) as _,
        }
    }

    pub(super) async fn close(&self) {
        if let Some(brokered) = &self.brokered {
            brokered.close().await;
        }
    }
}

/// Workers that may have tasks of one queue at the same time.
fn most_workers(config: &Config) -> usize {
    let workers = config.tasks.workers();
    workers.own().map(|(_, count)| count).chain([workers.shared, 1]).max().unwrap_or(1)
}

fn broker(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<dyn Broker>>> {
    let section = &config.queue;
    let url = section.url.with_password_of(&section.password_file)?;
    let options = BrokerOptions {
        prefix: section.prefix.clone(),
        timeout: section.timeout(),
        visibility: section.visibility(),
        deliveries: DELIVERIES,
        prefetch: u16::try_from(most_workers(config)).unwrap_or(u16::MAX),
        expiry: EXPIRY,
        certificates: Some(section.certificates.clone())
            .filter(|certificates| !certificates.as_os_str().is_empty()),
    };
    Ok(match url.split_once("://").map_or("", |(scheme, _)| scheme) {
        "" if url.is_empty() => None,
        "amqp" | "amqps" => Some(Arc::new(Rabbitmq::open(&url, options)?)),
        "redis" | "rediss" | "valkey" | "valkeys" => {
            Some(Arc::new(RedisStreams::open(&url, options)?))
        }
        "sqs" | "sqs+http" => Some(Arc::new(Sqs::open(&url, options, Arc::clone(clock))?)),
        _ => anyhow::bail!(
            "the setting queue.url begins with none of amqp://, amqps://, redis://, rediss://, sqs:// and sqs+http://; empty, it means the database alone"
        ),
    })
}
