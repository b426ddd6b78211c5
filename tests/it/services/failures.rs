//! What callers see, and what is lost, when a service fails: an answer in time, and nothing.

use std::time::{Duration, Instant};

use harness::{Shared, Traffic, minimal_record};
use repono_server::config::{OfCollection, RefreshSetting};
use tokio::sync::watch;

use super::load::Load;
use super::{publish, until};

const FAILURES: [Traffic; 3] = [Traffic::Refused, Traffic::Silent, Traffic::CutAfter(200)];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_while_search_is_down_is_found_when_it_is_back() {
    let shared = Shared::new().await;
    let node = shared
        .node_with(|app| {
            app.config.indexing.wait_ms = 500;
            app.config.indexing.poll_ms = 200;
        })
        .await;
    for (number, failure) in FAILURES.into_iter().enumerate() {
        shared.search.set(failure);
        let begun = Instant::now();
        let id = publish(&node, &format!("Stormy {number}")).await;
        assert!(begun.elapsed() < Duration::from_secs(20), "{failure:?}: {:?}", begun.elapsed());
        node.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
        let searched = node.anonymous.get("/api/records?q=stormy").await;
        assert_eq!(searched.status, 503, "{failure:?}: {}", searched.text());
        assert!(!searched.header("retry-after").is_empty(), "{failure:?}");
        // What a probe answers is shorter than where the line is cut.
        if !matches!(failure, Traffic::CutAfter(_)) {
            let ready = node.anonymous.get("/health/ready").await.expect(503).json();
            assert_eq!(ready["broken"], serde_json::json!(["search"]), "{failure:?}: {ready}");
        }
        node.anonymous.get("/health/live").await.expect(200);

        shared.search.set(Traffic::Passes);
        until("search is back", async || {
            let found = node.anonymous.get(&format!("/api/records?q=id:{id}")).await;
            Some(found).filter(|found| found.status == 200 && found.json()["hits"]["total"] == 1)
        })
        .await;
    }
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_need_not_wait_for_search_is_answered_however_long_it_is_silent() {
    let shared = Shared::new().await;
    let node = shared
        .node_with(|app| {
            app.config.indexing.wait_ms = 24 * 3_600_000;
            let of = OfCollection { refresh: RefreshSetting::False };
            app.config.indexing.of.insert("records".parse().unwrap(), of);
        })
        .await;
    shared.search.set(Traffic::Silent);

    let id = publish(&node, "Impatient").await;

    shared.search.set(Traffic::Passes);
    let refreshed = node.alice.act(&format!("/api/records/{id}/draft?refresh=wait_for")).await;
    refreshed.expect(201);
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_callers_are_told_in_time_and_it_recovers_by_itself() {
    without_the_database(Shared::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mariadb_callers_are_told_in_time_and_it_recovers_by_itself() {
    without_the_database(Shared::on_mariadb().await).await;
}

async fn without_the_database(shared: Shared) {
    let node = shared
        .node_with(|app| {
            app.config.database.acquire_timeout_ms = 1500;
            app.config.database.answer_timeout_ms = 3000;
        })
        .await;
    let id = publish(&node, "Solid ground").await;
    for failure in FAILURES {
        shared.database.set(failure);
        let begun = Instant::now();
        let reply = node.alice.post("/api/records", &minimal_record("In vain")).await;
        assert!(begun.elapsed() < Duration::from_secs(30), "{failure:?}: {:?}", begun.elapsed());
        assert_eq!(reply.status, 503, "{failure:?}: {}", reply.text());
        assert!(!reply.header("retry-after").is_empty(), "{failure:?}");
        assert!(reply.text().contains("database"), "{failure:?}: {}", reply.text());
        if !matches!(failure, Traffic::CutAfter(_)) {
            let ready = node.anonymous.get("/health/ready").await.expect(503).json();
            assert_eq!(ready["broken"][0], "database", "{failure:?}: {ready}");
        }

        shared.database.set(Traffic::Passes);
        until("the database is back", async || {
            let reply = node.alice.post("/api/records", &minimal_record("Again")).await;
            Some(reply).filter(|reply| reply.status == 201)
        })
        .await;
    }
    node.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cache_records_are_rendered_anew() {
    let shared = Shared::new().await;
    let node = shared.node().await;
    let id = publish(&node, "Uncached").await;
    for failure in FAILURES {
        shared.cache.set(failure);
        for _ in 0..5 {
            let shown = node.anonymous.get(&format!("/api/records/{id}")).await.expect(200).json();
            assert_eq!(shown["metadata"]["title"], "Uncached", "{failure:?}");
        }
        shared.cache.set(Traffic::Passes);
    }
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_slowed_to_two_seconds_makes_slow_answers_and_nothing_else() {
    slowed_to_two_seconds(Shared::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_slowed_to_two_seconds_makes_slow_answers_and_nothing_else() {
    slowed_to_two_seconds(Shared::on_mariadb().await).await;
}

async fn slowed_to_two_seconds(shared: Shared) {
    let node = shared.node().await;
    let current = watch::Sender::new(node.alice.clone());
    let load = Load::begin(2, &current);

    for slow in [&shared.cache, &shared.search, &shared.database] {
        load.goes_on(2).await;
        slow.set(Traffic::Slow(Duration::from_secs(2)));
        load.goes_on(1).await;
        let shown = node.anonymous.get("/api/records?q=record").await;
        assert!([200, 503].contains(&shown.status), "{}", shown.text());
        node.anonymous.get("/health/live").await.expect(200);
        slow.set(Traffic::Passes);
    }
    load.goes_on(2).await;
    let told = load.end().await;

    told.refusals_name("database");
    told.holds(&node.admin).await;
    shared.end([node]).await;
}
