//! Depositors who do not give up, and what must be true of what they did.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::{Client, Reply, minimal_record};
use http::Method;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::until;

/// What depositors were told.
#[derive(Default)]
pub(super) struct Told {
    /// Records whose publication was acknowledged.
    pub(super) published: Vec<String>,
    /// Records that may have been published: the connection broke, or the answer was a failure.
    pub(super) unknown: Vec<String>,
    /// Answers of failure.
    pub(super) refusals: Vec<Reply>,
}

#[derive(Default)]
struct Progress {
    over: AtomicBool,
    published: AtomicUsize,
    /// The last answer that was none, or a failure.
    trouble: Mutex<String>,
}

/// Depositors at work.
pub(super) struct Load {
    progress: Arc<Progress>,
    writers: Vec<JoinHandle<Told>>,
}

impl Load {
    /// Each deposits and publishes one record after the other, with whatever client is the current
    /// one.
    pub(super) fn begin(count: usize, client: &watch::Sender<Client>) -> Self {
        let progress = Arc::<Progress>::default();
        let writers = (0..count)
            .map(|writer| tokio::spawn(write(writer, client.subscribe(), Arc::clone(&progress))))
            .collect();
        Self { progress, writers }
    }

    /// Waits until so many more publications have been acknowledged.
    pub(super) async fn goes_on(&self, more: usize) {
        let wanted = self.progress.published.load(Ordering::Relaxed) + more;
        // Where every trip to a service takes two seconds, a publication takes many of them.
        for _ in 0..2_400 {
            if self.progress.published.load(Ordering::Relaxed) >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let trouble = self.progress.trouble.lock().unwrap();
        panic!(
            "two minutes were not enough to publish {more} records; the last trouble: {trouble}"
        );
    }

    /// What they were told, once they have stopped.
    pub(super) async fn end(self) -> Told {
        self.progress.over.store(true, Ordering::Relaxed);
        let mut all = Told::default();
        for writer in self.writers {
            all.add(writer.await.unwrap());
        }
        all
    }
}

async fn write(writer: usize, client: watch::Receiver<Client>, progress: Arc<Progress>) -> Told {
    let mut told = Told::default();
    for number in 0.. {
        if progress.over.load(Ordering::Relaxed) {
            break;
        }
        let client = client.borrow().clone();
        let body = minimal_record(&format!("Record {number} of {writer}")).to_string();
        let Some(created) = told.ask(&client, &progress, "/api/records", body, 201).await else {
            continue;
        };
        let id = created.id();
        let publish = format!("/api/records/{id}/draft/actions/publish");
        match told.ask(&client, &progress, &publish, String::new(), 202).await {
            Some(_) => {
                told.published.push(id);
                progress.published.fetch_add(1, Ordering::Relaxed);
            }
            None => told.unknown.push(id),
        }
    }
    told
}

impl Told {
    pub(super) fn add(&mut self, other: Self) {
        self.published.extend(other.published);
        self.unknown.extend(other.unknown);
        self.refusals.extend(other.refusals);
    }

    async fn ask(
        &mut self,
        client: &Client,
        progress: &Progress,
        path: &str,
        body: String,
        wanted: u16,
    ) -> Option<Reply> {
        let json = [("content-type", "application/json")];
        let headers: &[_] = if body.is_empty() { &[] } else { &json };
        match client.try_send(Method::POST, path, headers, body).await {
            Ok(reply) if reply.status == wanted => return Some(reply),
            Ok(reply) => {
                *progress.trouble.lock().unwrap() = format!("{} {}", reply.status, reply.text());
                self.refusals.push(reply);
            }
            Err(error) => *progress.trouble.lock().unwrap() = error,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        None
    }

    /// Every refusal was "not now", with when to come again, and named what did not answer.
    #[track_caller]
    pub(super) fn refusals_name(&self, dependency: &str) {
        for reply in &self.refusals {
            assert_eq!(reply.status, 503, "{}", reply.text());
            assert!(!reply.header("retry-after").is_empty(), "{}", reply.text());
            assert!(reply.text().contains(dependency), "{}", reply.text());
        }
    }

    /// What was acknowledged is there; what is there is found, and nothing else is. Nobody may have
    /// published anything besides.
    pub(super) async fn holds(&self, client: &Client) {
        let mut stored = 0;
        for id in &self.published {
            client.get(&format!("/api/records/{id}")).await.expect(200);
            stored += 1;
        }
        for id in &self.unknown {
            let reply = client.get(&format!("/api/records/{id}")).await;
            assert!([200, 404].contains(&reply.status), "{}", reply.text());
            stored += usize::from(reply.status == 200);
        }
        // The outbox brings the index in line by itself, without anybody's doing.
        until(&format!("{stored} records are found"), async || {
            let found = client.get("/api/records?size=1").await;
            Some(found)
                .filter(|found| found.status == 200 && found.json()["hits"]["total"] == stored)
        })
        .await;
        for id in self.published.iter().step_by(7) {
            let found = client.get(&format!("/api/records?q=id:{id}")).await.expect(200);
            assert_eq!(found.json()["hits"]["total"], 1, "{id}");
        }
    }
}
