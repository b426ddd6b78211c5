//! Processes that are killed at any moment: those of the repository, and those that it stands on.

use std::time::{Duration, Instant};

use harness::{Client, OwnServer, ServerProcess, Servers, Shared, TestApp, Traffic};
use repono_server::app::Role;
use serde_json::json;
use tokio::sync::watch;

use super::load::Load;
use super::until;

/// A process that held everything that it could not index would have far more.
const MOST_MB: u64 = 700;

/// Not a test: a process that others kill.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves for its neighbours and does nothing by itself"]
async fn serve() {
    harness::serve_for_parent().await;
}

const ENTRY: &str = "services::kills::serve";

#[tokio::test(flavor = "multi_thread")]
async fn of_two_of_every_role_either_may_be_killed_at_any_moment() {
    Box::pin(killed_at_any_moment(Shared::new().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_of_every_role_either_may_be_killed_on_mariadb() {
    Box::pin(killed_at_any_moment(Shared::on_mariadb().await)).await;
}

async fn killed_at_any_moment(shared: Shared) {
    let roles = [Role::Serve, Role::Relay, Role::Work, Role::Schedule];
    let folders: Vec<_> = (0..8).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut processes: Vec<ServerProcess> = Vec::new();
    for (place, folder) in folders.iter().enumerate() {
        processes.push(shared.process(ENTRY, folder.path(), &[roles[place % 4]]).await);
    }
    let current = watch::Sender::new(processes[0].client.clone());
    let load = Load::begin(3, &current);
    let mut tasks = Vec::new();

    for round in 0..12_usize {
        // A spread of moments, the same in every run.
        tokio::time::sleep(Duration::from_millis(u64::try_from(30 + round * 379 % 400).unwrap()))
            .await;
        let place = round % 8;
        if let Ok(reply) = task(&current.borrow().clone()).await
            && reply.status < 300
        {
            tasks.push(reply.id());
        }
        processes[place].kill();
        current.send_replace(processes[if place == 0 { 4 } else { 0 }].client.clone());
        let (folder, role) = (folders[place].path(), roles[place % 4]);
        processes[place] = shared.process(ENTRY, folder, &[role]).await;
    }
    load.goes_on(5).await;
    let told = load.end().await;

    let client = processes[0].client.clone();
    told.holds(&client).await;
    assert!(!tasks.is_empty());
    for id in tasks {
        until("the task is done", async || {
            let task = client.get(&format!("/api/admin/tasks/{id}")).await;
            Some(task).filter(|task| task.json()["state"] == "succeeded")
        })
        .await;
    }
    drop(processes);
    shared.end([]).await;
}

async fn task(client: &Client) -> Result<harness::Reply, String> {
    let body = json!({"kind": "completeness.score", "payload": {"collection": "records"}});
    let json = [("content-type", "application/json")];
    client.try_send(http::Method::POST, "/api/admin/tasks", &json, body.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stood_still_goes_on_where_others_have_not() {
    let shared = Shared::new().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let first = shared.process(ENTRY, folders[0].path(), &Role::ALL).await;
    let second = shared.process(ENTRY, folders[1].path(), &Role::ALL).await;
    let current = watch::Sender::new(second.client.clone());
    let load = Load::begin(2, &current);

    // Longer than its duties are kept for it.
    first.pause();
    until("the other is taken for dead", async || {
        let nodes = second.client.get("/api/admin/nodes").await.expect(200);
        let json = nodes.json();
        let listed = json["hits"]["hits"].as_array().unwrap();
        listed.iter().any(|node| node["alive"] == false).then_some(nodes)
    })
    .await;
    first.resume();
    load.goes_on(3).await;

    until("it is back", async || {
        let nodes = first.client.get("/api/admin/nodes").await.expect(200);
        let json = nodes.json();
        let listed = json["hits"]["hits"].as_array().unwrap();
        listed.iter().all(|node| node["alive"] == true).then_some(nodes)
    })
    .await;
    let told = load.end().await;
    assert_eq!(told.refusals.len(), 0, "{:?}", told.refusals.first());
    told.holds(&first.client).await;
    drop((first, second));
    shared.end([]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_search_is_silent_what_waits_does_not_pile_up_in_memory() {
    let shared = Shared::new().await;
    let folder = tempfile::tempdir().unwrap();
    let process = shared.process(ENTRY, folder.path(), &Role::ALL).await;
    let current = watch::Sender::new(process.client.clone());
    shared.search.set(Traffic::Silent);

    let load = Load::begin(8, &current);
    tokio::time::sleep(Duration::from_secs(8)).await;
    let told = load.end().await;
    process.anonymous.get("/health/live").await.expect(200);
    shared.search.set(Traffic::Passes);

    assert_eq!(told.refusals.len(), 0, "{:?}", told.refusals.first());
    told.holds(&process.client).await;
    assert!(process.peak_mb() < MOST_MB, "{} MB", process.peak_mb());
    drop(process);
    shared.end([]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_killed_under_load_has_all_that_was_acknowledged() {
    Box::pin(killed_under_load(OwnServer::postgresql().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_killed_under_load_has_all_that_was_acknowledged() {
    Box::pin(killed_under_load(OwnServer::mariadb().await)).await;
}

async fn killed_under_load(mut database: OwnServer) {
    let shared = Shared::on(Servers { database: database.url(), ..Servers::default() }).await;
    let node = impatient(&shared).await;
    let current = watch::Sender::new(node.alice.clone());
    let load = Load::begin(4, &current);

    for round in 0..3 {
        load.goes_on(3 + round * 4).await;
        database.kill();
        let ready = until("the database is missed", async || {
            Some(node.anonymous.get("/health/ready").await).filter(|reply| reply.status == 503)
        })
        .await;
        assert_eq!(ready.json()["broken"][0], "database", "{}", ready.text());
        node.anonymous.get("/health/live").await.expect(200);
        database.start().await;
        until("it is back", async || {
            Some(node.anonymous.get("/health/ready").await).filter(|reply| reply.status == 200)
        })
        .await;
    }
    load.goes_on(5).await;
    let told = load.end().await;

    told.refusals_name("database");
    assert!(!told.refusals.is_empty(), "the kills came when nobody asked for anything");
    told.holds(&node.admin).await;
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_cluster_killed_under_load_has_every_record_when_it_is_back() {
    let mut search = OwnServer::opensearch().await;
    let shared = Shared::on(Servers { search: search.url(), ..Servers::default() }).await;
    let node = impatient(&shared).await;
    let current = watch::Sender::new(node.alice.clone());
    let load = Load::begin(4, &current);

    load.goes_on(5).await;
    search.kill();
    let ready = until("search is missed", async || {
        Some(node.anonymous.get("/health/ready").await).filter(|reply| reply.status == 503)
    })
    .await;
    assert_eq!(ready.json()["broken"], json!(["search"]), "{}", ready.text());
    load.goes_on(5).await;
    let searched = node.anonymous.get("/api/records?q=record").await;
    assert_eq!(searched.status, 503, "{}", searched.text());
    assert!(!searched.header("retry-after").is_empty());

    search.start().await;
    until("it is back", async || {
        Some(node.anonymous.get("/health/ready").await).filter(|reply| reply.status == 200)
    })
    .await;

    load.goes_on(5).await;
    let told = load.end().await;

    assert_eq!(told.refusals.len(), 0, "{:?}", told.refusals.first());
    told.holds(&node.admin).await;
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_stand_still_are_told_in_time_and_taken_up_again() {
    Box::pin(stand_still(OwnServer::postgresql().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_that_stands_still_is_told_in_time_and_taken_up_again() {
    Box::pin(stand_still(OwnServer::mariadb().await)).await;
}

async fn stand_still(database: OwnServer) {
    let cache = OwnServer::redis(16).await;
    let servers = Servers { database: database.url(), cache: cache.url(), ..Servers::default() };
    let shared = Shared::on(servers).await;
    let node = impatient(&shared).await;
    let current = watch::Sender::new(node.alice.clone());
    let load = Load::begin(4, &current);
    load.goes_on(5).await;

    cache.pause();
    load.goes_on(5).await;
    node.anonymous.get("/health/ready").await.expect(200);
    cache.resume();
    database.pause();
    let begun = Instant::now();
    let reply = node.alice.get("/api/user/records").await;
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    node.anonymous.get("/health/live").await.expect(200);
    // Longer than anybody waits for it.
    tokio::time::sleep(Duration::from_secs(5)).await;
    database.resume();
    until("the database is back", async || {
        Some(node.anonymous.get("/health/ready").await).filter(|reply| reply.status == 200)
    })
    .await;
    load.goes_on(5).await;
    let told = load.end().await;

    assert!(!told.refusals.is_empty());
    told.refusals_name("database");
    told.holds(&node.admin).await;
    shared.end([node]).await;
}

/// A node that waits for nobody long, on a repository that another has set up: to bring the plugins
/// takes patience.
async fn impatient(shared: &Shared) -> TestApp {
    drop(shared.node().await.stop().await);
    shared
        .node_with(|app| {
            app.config.database.acquire_timeout_ms = 1000;
            app.config.database.answer_timeout_ms = 2000;
            app.config.indexing.wait_ms = 500;
            app.config.indexing.poll_ms = 200;
        })
        .await
}
