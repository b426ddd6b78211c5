//! Amazon's SQS, and what speaks its protocol.
//!
//! A worker that waits has a long poll wait for it (`polling`), so an idle queue costs a request in
//! ten seconds. Whoever works on a task says so, or the service hands it out again. Queues with an
//! order delay nothing: there, tasks are announced when they are due.

mod address;
mod client;
mod polling;
mod queues;

#[cfg(test)]
#[cfg(feature = "services")]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use repono_service::Result;
use repono_service::ports::{Broker, Clock, Delivery, Depth, Notice};
use serde_json::{Value, json};

use self::address::Address;
use self::client::Client;
use self::polling::Polling;
use self::queues::{Queues, Urls};
use crate::brokers::{BrokerOptions, digest, unavailable, within};

/// The service takes no more at once.
const BATCH: usize = 10;
/// The service delays nothing for longer.
const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// Notices in queues of SQS.
pub struct Sqs {
    queues: Arc<Queues>,
    polling: Polling,
    timeout: Duration,
}

impl Sqs {
    /// `sqs://KEY:SECRET@sqs.REGION.amazonaws.com`, where the certificate must be one that the system
    /// or the options trust, or `sqs+http://KEY:SECRET@host:port?region=REGION` in the clear; with
    /// `fifo=true` the queues are such that keep an order.
    ///
    /// Fails only if the address or the options cannot be read: the service itself may come later.
    pub fn open(url: &str, options: BrokerOptions, clock: Arc<dyn Clock>) -> Result<Self> {
        let options = options.checked()?;
        let timeout = options.timeout;
        let client = Client::new(Address::read(url)?, &options, clock)?;
        let queues = Arc::new(Queues::of(client, options));
        Ok(Self { polling: Polling::of(Arc::clone(&queues)), queues, timeout })
    }

    async fn ask(
        &self,
        queue: &str,
        action: &str,
        question: impl Fn(&Urls) -> Value,
    ) -> Result<Value> {
        // With the questions that have to be asked before.
        within(self.timeout * 2, self.queues.ask(queue, action, question, Duration::ZERO)).await
    }

    /// Has the service do the same with each entry, and tells if it did not.
    async fn ask_in_batches(&self, queue: &str, action: &str, entries: Vec<Value>) -> Result<()> {
        for entries in entries.chunks(BATCH) {
            let mut numbered = entries.to_vec();
            for (number, entry) in numbered.iter_mut().enumerate() {
                entry["Id"] = number.to_string().into();
            }
            let question = |urls: &Urls| json!({"QueueUrl": urls.queue, "Entries": numbered});
            let answer = self.ask(queue, action, question).await?;
            if let Some(failed) = answer["Failed"].as_array().and_then(|failed| failed.first()) {
                return Err(unavailable(format!("SQS did not do all of {action}: {failed}")));
            }
        }
        Ok(())
    }

    async fn set_visibility(&self, delivery: &Delivery, visibility: Duration) -> Result<()> {
        let question = |urls: &Urls| {
            json!({
                "QueueUrl": urls.queue,
                "ReceiptHandle": delivery.mark,
                "VisibilityTimeout": visibility.as_secs(),
            })
        };
        self.ask(&delivery.queue, "ChangeMessageVisibility", question).await.map(drop)
    }

    fn message(&self, notice: &Notice) -> Value {
        let mut message = json!({"MessageBody": notice.task.0});
        if self.queues.fifo() {
            let group = notice.order_key.as_deref().unwrap_or(&notice.task.0);
            // A group's name is no longer and of no other letters.
            message["MessageGroupId"] = digest(group).into();
            // The same may be said again within minutes, and is meant then.
            message["MessageDeduplicationId"] = format!("{:032x}", rand::random::<u128>()).into();
        } else {
            // No earlier than asked for.
            let delay = notice.delay.min(LONGEST_DELAY);
            let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
            message["DelaySeconds"] = seconds.into();
        }
        message
    }
}

#[async_trait]
impl Broker for Sqs {
    async fn publish(&self, notices: &[Notice]) -> Result<()> {
        for of_one_queue in notices.chunk_by(|one, other| one.queue == other.queue) {
            let messages = of_one_queue.iter().map(|notice| self.message(notice)).collect();
            self.ask_in_batches(&of_one_queue[0].queue, "SendMessageBatch", messages).await?;
        }
        Ok(())
    }

    async fn receive(&self, queues: &[String], limit: u32) -> Result<Vec<Delivery>> {
        self.polling.take(queues, limit)
    }

    async fn wait(&self, queues: &[String], patience: Duration) {
        self.polling.wait(queues, patience).await;
    }

    async fn acknowledge(&self, deliveries: &[Delivery]) -> Result<()> {
        for of_one_queue in deliveries.chunk_by(|one, other| one.queue == other.queue) {
            let marks = of_one_queue.iter().map(|delivery| json!({"ReceiptHandle": delivery.mark}));
            self.ask_in_batches(&of_one_queue[0].queue, "DeleteMessageBatch", marks.collect())
                .await?;
        }
        Ok(())
    }

    async fn give_back(&self, delivery: &Delivery) -> Result<()> {
        self.set_visibility(delivery, Duration::ZERO).await
    }

    async fn keep(&self, delivery: &Delivery) -> Result<()> {
        self.set_visibility(delivery, self.queues.visibility()).await
    }

    async fn depth(&self, queue: &str) -> Result<Depth> {
        let names = ["", "NotVisible", "Delayed"]
            .map(|state| format!("ApproximateNumberOfMessages{state}"));
        let of = |url: &str| json!({"QueueUrl": url, "AttributeNames": names});
        let live = self.ask(queue, "GetQueueAttributes", |urls| of(&urls.queue)).await?;
        let dead = self.ask(queue, "GetQueueAttributes", |urls| of(&urls.dead)).await?;
        let count = |answer: &Value, name: &str| {
            answer["Attributes"][name].as_str().and_then(|count| count.parse::<u64>().ok())
        };
        let [waiting, held, delayed] = &names;
        Ok(Depth {
            waiting: count(&live, waiting)
                .ok_or_else(|| unavailable("SQS does not say how much there is"))?,
            held: count(&live, held),
            delayed: count(&live, delayed),
            dead: count(&dead, waiting).unwrap_or(0),
            oldest: None,
        })
    }

    /// What workers have is forgotten too: the service makes no difference.
    async fn purge(&self, queue: &str) -> Result<u64> {
        let depth = self.depth(queue).await?;
        self.ask(queue, "PurgeQueue", |urls| json!({"QueueUrl": urls.queue})).await?;
        Ok(depth.waiting + depth.delayed.unwrap_or(0))
    }

    fn longest_delay(&self) -> Duration {
        if self.queues.fifo() { Duration::ZERO } else { LONGEST_DELAY }
    }

    async fn ping(&self) -> Result<()> {
        within(self.timeout, self.queues.ping()).await
    }
}
