//! Services that answer and take nothing more.

use harness::{Client, OwnServer, Servers, Shared, minimal_record, service};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};

use super::{publish, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_changes_is_told_and_reads_go_on() {
    let shared = Shared::new().await;
    let node = shared.node().await;
    let id = publish(&node, "Before").await;
    let name = shared.url.path().trim_start_matches('/').to_owned();
    let mut owner =
        sqlx::PgConnection::connect(service("REPONO_TEST_POSTGRESQL").as_str()).await.unwrap();
    let set =
        |value: &str| format!("alter database {name} set default_transaction_read_only = {value}");
    let end =
        format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");

    owner.execute(sqlx::AssertSqlSafe(set("on"))).await.unwrap();
    owner.execute(sqlx::AssertSqlSafe(end)).await.unwrap();

    let refused = node.alice.post("/api/records", &minimal_record("In vain")).await.expect(503);
    assert!(refused.text().contains("database"), "{}", refused.text());
    assert!(!refused.header("retry-after").is_empty());
    node.alice.get("/api/user/records").await.expect(200);
    node.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
    node.anonymous.get("/health/live").await.expect(200);

    // Connections that are open stay as they were opened: they must not be used for ever.
    owner.execute(sqlx::AssertSqlSafe(set("off"))).await.unwrap();
    until("it takes changes again", async || {
        let created = node.alice.post("/api/records", &minimal_record("Again")).await;
        Some(created).filter(|created| created.status == 201)
    })
    .await;
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_search_cluster_refuses_is_indexed_when_it_has_room() {
    let shared = Shared::new().await;
    let node = shared
        .node_with(|app| {
            app.config.indexing.wait_ms = 500;
            app.config.indexing.poll_ms = 200;
        })
        .await;
    let before = publish(&node, "Before").await;
    found(&node.anonymous, &before).await;
    let settings = format!("/{}*/_settings", shared.prefix());
    let block = |on: serde_json::Value| json!({"index.blocks.read_only_allow_delete": on});

    // As a cluster does by itself when its disk is nearly full.
    shared.cluster().put(&settings, &block(json!(true))).await.expect(200);
    let id = publish(&node, "While it is full").await;
    node.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
    let searched = node.anonymous.get(&format!("/api/records?q=id:{id}")).await.expect(200);
    assert_eq!(searched.json()["hits"]["total"], 0);
    node.anonymous.get("/health/live").await.expect(200);

    shared.cluster().put(&settings, &block(json!(null))).await.expect(200);
    found(&node.anonymous, &id).await;
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_cache_keeps_nothing_and_shows_nothing_old() {
    let cache = OwnServer::redis(2).await;
    let shared = Shared::on(Servers { cache: cache.url(), ..Servers::default() }).await;
    let (first, second) = (shared.node().await, shared.node().await);
    let id = publish(&first, "Before").await;
    let path = format!("/api/records/{id}");
    for node in [&first, &second] {
        node.anonymous.get(&path).await.expect(200);
    }

    // More pages than there is room for.
    let mut others = Vec::new();
    for number in 0..40 {
        let mut record = minimal_record(&format!("Large {number}"));
        record["metadata"]["description"] = json!("large ".repeat(20_000));
        let other = first.alice.post("/api/records", &record).await.expect(201).id();
        first.alice.act(&format!("/api/records/{other}/draft/actions/publish")).await.expect(202);
        first.anonymous.get(&format!("/api/records/{other}")).await.expect(200);
        others.push(other);
    }
    first.alice.act(&format!("{path}/draft")).await.expect(201);
    first.alice.put(&format!("{path}/draft"), &minimal_record("After")).await.expect(200);
    first.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);

    until("the other node shows what is new", async || {
        let shown = second.anonymous.get(&path).await.expect(200);
        Some(shown).filter(|shown| shown.json()["metadata"]["title"] == "After")
    })
    .await;
    for other in &others {
        second.anonymous.get(&format!("/api/records/{other}")).await.expect(200);
    }
    shared.end([first, second]).await;
}

async fn found(client: &Client, id: &str) {
    until("it is found", async || {
        let found = client.get(&format!("/api/records?q=id:{id}")).await;
        Some(found).filter(|found| found.status == 200 && found.json()["hits"]["total"] == 1)
    })
    .await;
}
