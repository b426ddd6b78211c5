//! A server is there, or it is away; here it is known which.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use metrics::{Counter, counter, describe_counter};
use tokio::time::{Instant, sleep, timeout};

use super::{Fault, Remote};

/// How often a server that is away is looked for.
const RETRY: Duration = Duration::from_secs(1);
/// How long a step of coming back may take: connecting, and removing a batch.
const PATIENCE: Duration = Duration::from_secs(5);
/// Keys that are removed at a time then.
const BATCH: usize = 500;
/// Keys that are remembered; ten megabytes or so.
const MAX_UNREMOVED: usize = 100_000;

const ERRORS: &str = "repono_cache_errors_total";

/// Says what the metrics of caches mean.
pub(crate) fn describe() {
    describe_counter!(
        ERRORS,
        "Questions that the cache's server did not answer; while it is away none is asked."
    );
}

/// A server, and whether it is away.
pub(super) struct Watched<R> {
    remote: R,
    timeout: Duration,
    errors: Counter,
    /// What `outage` says, for those who only want to know whether there is one.
    is_away: AtomicBool,
    outage: Mutex<Option<Outage>>,
}

struct Outage {
    since: Instant,
    /// Keys that the server must forget before it is believed again.
    unremoved: HashSet<String>,
    /// How many more there were.
    forgotten: u64,
}

impl<R: Remote> Watched<R> {
    pub(super) async fn over(remote: R, timeout: Duration) -> Arc<Self> {
        let watched = Arc::new(Self {
            remote,
            timeout,
            errors: counter!(ERRORS),
            is_away: AtomicBool::new(false),
            outage: Mutex::new(None),
        });
        if let Err(fault) = within(PATIENCE, watched.remote.connect()).await {
            watched.is_gone(&fault);
        }
        watched
    }

    /// What the server answers; nothing while it is away.
    pub(super) async fn ask<'a, T, F>(
        self: &'a Arc<Self>,
        question: impl FnOnce(&'a R) -> F,
    ) -> Option<T>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        if self.is_away.load(Ordering::Acquire) {
            return None;
        }
        match within(self.timeout, question(&self.remote)).await {
            Ok(answer) => Some(answer),
            Err(fault) => {
                self.errors.increment(1);
                self.is_gone(&fault);
                None
            }
        }
    }

    /// Has the server forget a key: now, or before it is believed again.
    pub(super) async fn remove(self: &Arc<Self>, key: String) {
        let keys = [key];
        // Once more only if it has come back in between.
        while self.ask(|remote| remote.remove(&keys)).await.is_none() {
            if let Some(outage) = &mut *self.outage() {
                let [key] = keys;
                outage.remember(key);
                return;
            }
        }
    }

    /// Says so once, and looks for it until it is back.
    fn is_gone(self: &Arc<Self>, fault: &Fault) {
        let mut outage = self.outage();
        if outage.is_some() {
            return;
        }
        tracing::warn!(
            error = %fault,
            "{} is away; what it would keep is computed each time until it is back",
            R::NAME
        );
        *outage = Some(Outage { since: Instant::now(), unremoved: HashSet::new(), forgotten: 0 });
        self.is_away.store(true, Ordering::Release);
        tokio::spawn(look_for(Arc::downgrade(self)));
    }

    /// Whether it is back.
    async fn recover(&self) -> bool {
        if within(PATIENCE, self.remote.connect()).await.is_err() {
            return false;
        }
        loop {
            let Some(batch) = self.next_batch() else { return true };
            if within(PATIENCE, self.remote.remove(&batch)).await.is_err() {
                if let Some(outage) = &mut *self.outage() {
                    outage.unremoved.extend(batch);
                }
                return false;
            }
        }
    }

    /// Keys to remove; if there are none left, the outage is over.
    fn next_batch(&self) -> Option<Vec<String>> {
        let mut current = self.outage();
        let outage = current.as_mut()?;
        if outage.unremoved.is_empty() {
            outage.report(R::NAME);
            *current = None;
            self.is_away.store(false, Ordering::Release);
            return None;
        }
        let batch: Vec<_> = outage.unremoved.iter().take(BATCH).cloned().collect();
        for key in &batch {
            outage.unremoved.remove(key);
        }
        Some(batch)
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        // Nothing under the lock leaves it half done.
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outage {
    fn remember(&mut self, key: String) {
        if self.unremoved.len() < MAX_UNREMOVED {
            self.unremoved.insert(key);
        } else {
            self.forgotten += 1;
        }
    }

    fn report(&self, name: &str) {
        let away_s = self.since.elapsed().as_secs();
        tracing::info!(away_s, "{name} is back");
        if self.forgotten > 0 {
            tracing::warn!(
                keys = self.forgotten,
                "more changed than could be remembered while {name} was away: some of what it keeps is old until its time is up"
            );
        }
    }
}

/// Ends when the server is back, or when nobody wants it any more.
async fn look_for<R: Remote>(watched: Weak<Watched<R>>) {
    loop {
        sleep(RETRY).await;
        let Some(watched) = watched.upgrade() else { return };
        if watched.recover().await {
            return;
        }
    }
}

async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    timeout(patience, answer)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} ms", patience.as_millis()).into()))
}
