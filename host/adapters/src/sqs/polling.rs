//! Long polls: one at a time for each queue that somebody asks for.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use repono_domain::TaskId;
use repono_service::Result;
use repono_service::ports::Delivery;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::queues::Queues;
use crate::brokers::{Inbox, unavailable};

/// How long the service waits for something to come.
const POLL: Duration = Duration::from_secs(10);
/// A queue that nobody asked for in this time is not polled.
const ASKED: Duration = Duration::from_secs(5);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// The service gives no more at once.
const MOST: u32 = 10;

pub(super) struct Polling {
    queues: Arc<Queues>,
    inbox: Arc<Inbox>,
    pollers: Mutex<HashMap<String, Poller>>,
}

struct Poller {
    asked: watch::Sender<Asked>,
    /// Nothing if the last poll was answered.
    problem: watch::Receiver<Option<String>>,
    task: JoinHandle<()>,
}

/// When somebody last asked, and for how many.
#[derive(Clone, Copy)]
struct Asked {
    at: Instant,
    limit: u32,
}

impl Polling {
    pub(super) fn of(queues: Arc<Queues>) -> Self {
        Self { queues, inbox: Arc::default(), pollers: Mutex::default() }
    }

    /// What came. If there is too little, more is asked for; an error if that has just failed.
    pub(super) fn take(&self, queues: &[String], limit: u32) -> Result<Vec<Delivery>> {
        let taken = self.inbox.take(queues, limit, self.queues.visibility());
        if taken.len() < limit as usize {
            let asked = Asked { at: Instant::now(), limit: limit.clamp(1, MOST) };
            let problems = queues.iter().filter_map(|queue| self.ask_for(queue, asked));
            if let Some(problem) = problems.last().filter(|_| taken.is_empty()) {
                return Err(unavailable(problem));
            }
        }
        Ok(taken)
    }

    pub(super) async fn wait(&self, queues: &[String], patience: Duration) {
        self.inbox.wait(queues, patience).await;
    }

    /// Answers what has just gone wrong.
    fn ask_for(&self, queue: &str, asked: Asked) -> Option<String> {
        let mut pollers = self.pollers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(poller) = pollers.get(queue) {
            poller.asked.send_replace(asked);
            return poller.problem.borrow().clone();
        }
        let (sender, receiver) = watch::channel(asked);
        let (tell, problem) = watch::channel(None);
        let (queues, inbox) = (Arc::clone(&self.queues), Arc::clone(&self.inbox));
        let task = tokio::spawn(poll(queues, inbox, queue.to_owned(), receiver, tell));
        pollers.insert(queue.to_owned(), Poller { asked: sender, problem, task });
        None
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        let pollers = self.pollers.get_mut().unwrap_or_else(PoisonError::into_inner);
        for poller in pollers.values() {
            poller.task.abort();
        }
    }
}

/// Until it is aborted.
async fn poll(
    queues: Arc<Queues>,
    inbox: Arc<Inbox>,
    queue: String,
    mut asked: watch::Receiver<Asked>,
    problem: watch::Sender<Option<String>>,
) {
    let mut is_answered = false;
    loop {
        // What came since somebody asked is enough until somebody asks again.
        while is_answered || asked.borrow().at.elapsed() > ASKED {
            is_answered = false;
            if asked.changed().await.is_err() {
                return;
            }
        }
        let limit = asked.borrow_and_update().limit;
        match receive(&queues, &queue, limit).await {
            Ok(received) => {
                problem.send_replace(None);
                is_answered = !received.is_empty();
                if is_answered {
                    // This is for those who have asked meanwhile too.
                    asked.mark_unchanged();
                }
                inbox.put(received);
            }
            Err(error) => {
                let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                problem.send_replace(Some(why));
                sleep(PAUSE).await;
            }
        }
    }
}

async fn receive(queues: &Queues, queue: &str, limit: u32) -> Result<Vec<Delivery>> {
    let question = |urls: &super::queues::Urls| {
        json!({
            "QueueUrl": urls.queue,
            "MaxNumberOfMessages": limit,
            "WaitTimeSeconds": POLL.as_secs(),
            "VisibilityTimeout": queues.visibility().as_secs(),
        })
    };
    let answer = queues.ask(queue, "ReceiveMessage", question, POLL).await?;
    let messages = answer["Messages"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let delivery = |message: &Value| {
        Some(Delivery {
            task: TaskId(message["Body"].as_str()?.to_owned()),
            queue: queue.to_owned(),
            mark: message["ReceiptHandle"].as_str()?.to_owned(),
        })
    };
    Ok(messages.iter().filter_map(delivery).collect())
}
