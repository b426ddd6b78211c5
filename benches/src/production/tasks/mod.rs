//! Tasks that do nothing: how many a second, how soon one begins, what storing one costs a request, and
//! what a million of them cost while they wait.

pub(crate) mod node;

mod backlog;
mod bare;
mod celery;

use anyhow::ensure;

use super::{Services, Site};
use crate::figure::{Figure, float};
use crate::report::Row;
use crate::rounds::rounds;

use node::Asked;

/// A build for a look at whether it works takes less of everything.
const fn count(of_release: usize, of_debug: usize) -> usize {
    if cfg!(debug_assertions) { of_debug } else { of_release }
}

/// Tasks of a round.
const TASKS: usize = count(20_000, 200);
/// Tasks of a round, each after a pause.
const PICKED_UP: usize = count(200, 10);
/// Transactions of a round, as many with a task as without.
const TRANSACTIONS: usize = count(5_000, 50);

pub(crate) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let mut rows = throughput(services).await?;
    rows.push(enqueueing(services).await?);
    for (name, queue) in [
        ("PostgreSQL alone", String::new()),
        ("RabbitMQ", services.rabbitmq.clone()),
        ("Redis", services.redis.clone()),
    ] {
        rows.push(pick_up(services, name, &queue).await?);
    }
    rows.extend(backlog::run(services).await?);
    Ok(rows)
}

/// A process with a database of its own, and this broker.
async fn ask(services: &Services, queue: &str, asked: Asked) -> anyhow::Result<Vec<f64>> {
    let site = Site::fresh(services, "tasks").await?;
    let settings = format!(
        "\n[plugins]\nembedded = false\n[queue]\nurl = {queue:?}\nprefix = \"repono-bench-\"\n"
    );
    node::run(&site, &settings, asked)
}

async fn throughput(services: &Services) -> anyhow::Result<Vec<Row>> {
    let driver = celery::Driver::install();
    let measured = rounds("tasks: one after another", async || {
        let ours = ask(services, &services.rabbitmq, Asked::Throughput { count: TASKS }).await?;
        let bare = bare::seconds(&services.rabbitmq, TASKS).await?;
        let celery = match &driver {
            Ok(driver) => Some(driver.seconds(&services.rabbitmq, TASKS)?),
            Err(_) => None,
        };
        let rate = |seconds: f64| float(TASKS) / seconds;
        let ours = ours.first().copied().unwrap_or(f64::NAN);
        Ok((rate(ours), rate(bare), celery.map(rate)))
    })
    .await?;
    ensure!(!measured.is_empty(), "nothing was measured");

    let ours = Figure::of(measured.iter().map(|(ours, ..)| *ours)).per_second();
    let what = "empty tasks end to end, PostgreSQL and RabbitMQ, one process";
    let ratio = Figure::of(measured.iter().map(|(ours, bare, _)| ours / bare));
    let beside_bare = Row {
        what: format!(
            "{what}; beside publishing and consuming as many messages with confirms and manual acknowledgement"
        ),
        ours: ours.clone(),
        beside: Figure::of(measured.iter().map(|(_, bare, _)| *bare)).per_second(),
        ratio: ratio.percent(),
        target: "≥ 50 %".to_owned(),
        is_met: Some(ratio.median >= 0.5),
    };
    let what = format!("{what}; beside Celery 5, one worker process");
    if let Err(why) = driver {
        let skipped = Row::skipped(&what, &format!("not measured: {why:#}"));
        return Ok(vec![beside_bare, skipped]);
    }
    let celery = |of: &(f64, f64, Option<f64>)| of.2.unwrap_or(f64::NAN);
    let ratio = Figure::of(measured.iter().map(|round| round.0 / celery(round)));
    let beside_celery = Row {
        what,
        ours,
        beside: Figure::of(measured.iter().map(celery)).per_second(),
        ratio: ratio.times(),
        target: "≥ 10 ×".to_owned(),
        is_met: Some(ratio.median >= 10.0),
    };
    Ok(vec![beside_bare, beside_celery])
}

async fn enqueueing(services: &Services) -> anyhow::Result<Row> {
    let measured = rounds("tasks: in a request", async || {
        let asked = Asked::Enqueue { count: TRANSACTIONS };
        let both = ask(services, &services.rabbitmq, asked).await?;
        let (without, with) = both.split_at(both.len() / 2);
        Ok((quantile(without, 0.99), quantile(with, 0.99)))
    })
    .await?;
    let more = Figure::of(measured.iter().map(|(without, with)| with - without));
    Ok(Row {
        what: "p99 of a transaction of PostgreSQL with a task in it, announced to RabbitMQ; beside the same without the task; the difference is what counts".to_owned(),
        ours: Figure::of(measured.iter().map(|(_, with)| *with)).millis(),
        beside: Figure::of(measured.iter().map(|(without, _)| *without)).millis(),
        ratio: format!("+ {}", more.millis()),
        target: "≤ 2 ms more".to_owned(),
        is_met: Some(more.median <= 0.002),
    })
}

async fn pick_up(services: &Services, name: &str, queue: &str) -> anyhow::Result<Row> {
    let measured = rounds(&format!("tasks: on an idle queue, {name}"), async || {
        let seconds = ask(services, queue, Asked::PickUp { count: PICKED_UP }).await?;
        Ok((quantile(&seconds, 0.5), quantile(&seconds, 0.99)))
    })
    .await?;
    let median = Figure::of(measured.iter().map(|(median, _)| *median));
    let late = Figure::of(measured.iter().map(|(_, late)| *late));
    Ok(Row {
        what: format!(
            "from asking for a task on an idle queue until it begins, stored in between, {name}"
        ),
        ours: format!("p50 {}, p99 {}", median.millis(), late.millis()),
        beside: "–".to_owned(),
        ratio: "–".to_owned(),
        target: "p50 ≤ 10 ms".to_owned(),
        is_met: Some(median.median <= 0.01),
    })
}

/// This share of them is this at most.
fn quantile(seconds: &[f64], share: f64) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    let place = (float(sorted.len().saturating_sub(1)) * share).round() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_those_measured() {
        let seconds: Vec<f64> = (0..101).rev().map(f64::from).collect();

        for (share, expected) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert!((quantile(&seconds, share) - expected).abs() < f64::EPSILON, "{share}");
        }
        assert!(quantile(&[], 0.5).is_nan());
    }
}
