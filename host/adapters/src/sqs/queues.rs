//! Queues as the service knows them, made when they are first used.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use repono_service::Result;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::client::{Client, Refusal};
use crate::brokers::{BrokerOptions, unavailable};

/// What was given up is kept for so long.
const DEAD_KEPT_S: u32 = 14 * 24 * 60 * 60;

/// A queue, and the one of what is given up of it, by their URLs.
#[derive(Debug)]
pub(super) struct Urls {
    pub(super) queue: String,
    pub(super) dead: String,
}

pub(super) struct Queues {
    client: Client,
    options: BrokerOptions,
    known: Mutex<HashMap<String, Arc<Urls>>>,
}

impl Queues {
    pub(super) fn of(client: Client, options: BrokerOptions) -> Self {
        Self { client, options, known: Mutex::default() }
    }

    pub(super) fn fifo(&self) -> bool {
        self.client.fifo()
    }

    pub(super) fn visibility(&self) -> Duration {
        self.options.visibility
    }

    /// What the service answers about a queue. One that was removed is made again, once.
    pub(super) async fn ask(
        &self,
        queue: &str,
        action: &str,
        question: impl Fn(&Urls) -> Value,
        patience: Duration,
    ) -> Result<Value> {
        let urls = self.urls(queue).await?;
        match self.client.ask(action, &question(&urls), patience).await {
            Err(Refusal::NoQueue) => {
                self.known.lock().await.remove(queue);
                let urls = self.urls(queue).await?;
                Ok(self.client.ask(action, &question(&urls), patience).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// Whether the service answers.
    pub(super) async fn ping(&self) -> Result<()> {
        let question = json!({"QueueNamePrefix": self.options.prefix, "MaxResults": 1});
        Ok(self.client.ask("ListQueues", &question, Duration::ZERO).await.map(drop)?)
    }

    async fn urls(&self, queue: &str) -> Result<Arc<Urls>> {
        let mut known = self.known.lock().await;
        if let Some(urls) = known.get(queue) {
            return Ok(Arc::clone(urls));
        }
        let urls = Arc::new(self.find(queue).await?);
        known.insert(queue.to_owned(), Arc::clone(&urls));
        Ok(urls)
    }

    async fn find(&self, queue: &str) -> Result<Urls> {
        let name = self.options.name(queue);
        let ending = if self.fifo() { ".fifo" } else { "" };
        let (name, dead) = (format!("{name}{ending}"), format!("{name}-dead{ending}"));
        let kept = json!({"MessageRetentionPeriod": DEAD_KEPT_S.to_string()});
        let dead = self.find_or_make(&dead, kept).await?;
        let of_dead = json!({"QueueUrl": dead, "AttributeNames": ["QueueArn"]});
        let of_dead = self.client.ask("GetQueueAttributes", &of_dead, Duration::ZERO).await?;
        let policy = json!({
            "deadLetterTargetArn": of_dead["Attributes"]["QueueArn"],
            "maxReceiveCount": self.options.deliveries.to_string(),
        });
        let settings = json!({
            "VisibilityTimeout": self.visibility().as_secs().to_string(),
            "RedrivePolicy": policy.to_string(),
        });
        Ok(Urls { queue: self.find_or_make(&name, settings).await?, dead })
    }

    /// One that is there is taken as it is: whoever made it may be somebody else than we.
    async fn find_or_make(&self, name: &str, mut settings: Value) -> Result<String> {
        let named = json!({"QueueName": name});
        let answer = match self.client.ask("GetQueueUrl", &named, Duration::ZERO).await {
            Err(Refusal::NoQueue) => {
                if self.fifo() {
                    settings["FifoQueue"] = "true".into();
                }
                let made = json!({"QueueName": name, "Attributes": settings});
                self.client.ask("CreateQueue", &made, Duration::ZERO).await?
            }
            answer => answer?,
        };
        let url = answer["QueueUrl"].as_str();
        url.map(str::to_owned).ok_or_else(|| unavailable("SQS does not say where a queue is"))
    }
}
