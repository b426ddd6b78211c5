//! Counting what waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use metrics::{Unit, describe_gauge, gauge};
use repono_domain::CollectionName;

use super::Health;
use crate::ports::{Backlog, OutboxLag};
use crate::{Context, Result, schedules};

const LAG: &str = "repono_index_lag_seconds";
const PENDING: &str = "repono_outbox_promises";
const QUARANTINED: &str = "repono_index_quarantined_records";
const TASKS: &str = "repono_queue_tasks";
const WAIT: &str = "repono_queue_oldest_wait_seconds";
const GENERATION: &str = "repono_plugins_generation";
const LOOKED: &str = "repono_backlog_counted_timestamp_seconds";

/// Counts what waits, remembers it, and sets the gauges of it.
pub async fn look(ctx: &Context) -> Result<()> {
    let health = Health {
        lag: ctx.database.lag().await?,
        quarantined: ctx.database.quarantine_sizes().await?,
        backlogs: ctx.database.backlogs().await?,
        broken_schedules: schedules::broken(ctx).await?,
    };
    let before = ctx.health.load_full();
    let now = ctx.clock.now();
    // What waits no more is told as well: a gauge keeps what it was last set to.
    let collections = ctx.active.load().collections.keys().cloned().collect::<Vec<_>>();
    for collection in collections.iter().chain(before.lag.keys()).chain(health.lag.keys()) {
        tell_lag(collection, health.lag.get(collection), now);
    }
    let quarantined = before.quarantined.keys().chain(health.quarantined.keys());
    for collection in collections.iter().chain(quarantined) {
        tell_quarantined(collection, &health.quarantined);
    }
    for gone in &before.backlogs {
        tell_backlog(
            &Backlog {
                running: 0,
                silent: 0,
                waiting: 0,
                first_due: None,
                dead: 0,
                ..gone.clone()
            },
            now,
        );
    }
    for backlog in &health.backlogs {
        tell_backlog(backlog, now);
    }
    gauge!(GENERATION).set(count(ctx.standing.load().generation));
    gauge!(LOOKED).set(seconds(Timestamp::UNIX_EPOCH, now));
    ctx.health.store(Arc::new(health));
    Ok(())
}

fn tell_lag(collection: &CollectionName, lag: Option<&OutboxLag>, now: Timestamp) {
    let age = lag.map_or(0.0, |lag| seconds(lag.oldest, now));
    gauge!(LAG, "collection" => collection.to_string()).set(age);
    let pending = lag.map_or(0, |lag| lag.pending);
    gauge!(PENDING, "collection" => collection.to_string()).set(count(pending));
}

fn tell_quarantined(collection: &CollectionName, sizes: &BTreeMap<CollectionName, u64>) {
    let size = sizes.get(collection).copied().unwrap_or_default();
    gauge!(QUARANTINED, "collection" => collection.to_string()).set(count(size));
}

fn tell_backlog(backlog: &Backlog, now: Timestamp) {
    let states =
        [("waiting", backlog.waiting), ("running", backlog.running), ("dead", backlog.dead)];
    for (state, tasks) in states {
        gauge!(TASKS, "queue" => backlog.queue.clone(), "state" => state).set(count(tasks));
    }
    let wait = backlog.first_due.map_or(0.0, |due| seconds(due, now));
    gauge!(WAIT, "queue" => backlog.queue.clone()).set(wait);
}

/// Never less than none: clocks differ, and some things are due later.
fn seconds(since: Timestamp, now: Timestamp) -> f64 {
    since.duration_until(now).as_secs_f64().max(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}

/// Says what the gauges mean.
pub(crate) fn describe() {
    describe_gauge!(
        LAG,
        Unit::Seconds,
        "Age of the oldest change that is not in the search index."
    );
    describe_gauge!(PENDING, "Changes that are promised to the search index and not in it.");
    describe_gauge!(
        QUARANTINED,
        "Records that their plugin could not index, until it or they change."
    );
    describe_gauge!(TASKS, "Tasks that are not over, and dead ones, which wait for a person.");
    describe_gauge!(WAIT, Unit::Seconds, "How long the task has been due that waits longest.");
    describe_gauge!(GENERATION, "The generation of plugins that this node has in force.");
    describe_gauge!(LOOKED, Unit::Seconds, "When the backlogs were last counted, since 1970.");
}
