//! The plugin `link-check`, against sites of its own.

use harness::{Page, Site, TestApp, minimal_record, plugin};
use http::Method;
use serde_json::{Value, json};

use super::{run, settled};

async fn publish(app: &TestApp, links: &[String]) -> String {
    let mut record = minimal_record("With links");
    record["metadata"]["related_identifiers"] = links
        .iter()
        .map(|link| json!({"identifier": link, "scheme": "url", "relation_type": {"id": "cites"}}))
        .collect();
    let id = app.alice.post("/api/records", &record).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    id
}

async fn with_link_check(grants: &[&str]) -> TestApp {
    let app = TestApp::with(|app| app.config.plugins.limits.fetch_timeout_ms = 1000).await;
    let grants: Vec<&str> = ["records", "kv"].into_iter().chain(grants.iter().copied()).collect();
    app.activate(&plugin("link-check"), &grants).await;
    app
}

async fn check(app: &TestApp) -> Value {
    let id = run(app, "link-check.check-links", json!({"pause_ms": 100})).await;
    let task = settled(app, &id).await;
    assert_eq!(task["state"], "succeeded", "{task}");
    task["result"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_links_are_found_politely() {
    let robots = "User-agent: *\nDisallow: /\n\nUser-agent: repono\nDisallow: /secret\n";
    let one = Site::start([
        ("/robots.txt", Page::Answer(200, robots.to_owned())),
        ("/good", Page::Answer(200, "good".to_owned())),
        ("/no-head", Page::NoHead),
        ("/moved", Page::Redirect("/good".to_owned())),
        ("/secret", Page::Answer(200, "secret".to_owned())),
    ])
    .await;
    let other = Site::start([("/slow", Page::Silent)]).await;
    let (port, other_port) = (one.address.port(), other.address.port());
    let app = with_link_check(&[
        &format!("fetch-private:127.0.0.1:{port}"),
        &format!("fetch-private:localhost:{other_port}"),
        "fetch:*",
    ])
    .await;
    let of_one = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let good = ["/good", "/no-head", "/moved"].map(of_one);
    publish(&app, &good).await;
    let poor = publish(
        &app,
        &[
            of_one("/missing"),
            of_one("/secret"),
            format!("http://localhost:{other_port}/slow"),
            // Granted like all hosts, and not public.
            format!("http://127.0.0.1:{other_port}/"),
        ],
    )
    .await;

    let result = check(&app).await;

    let count = |kind: &str| result[kind].as_u64().unwrap();
    let counts = ["records", "links", "ok", "broken", "unsure", "skipped"].map(count);
    assert_eq!(counts, [2, 7, 3, 1, 1, 2], "{result}");
    let broken = &result["broken_links"][0];
    assert_eq!(
        (&broken["record"], &broken["url"], &broken["status"]),
        (&json!(poor), &json!(of_one("/missing")), &json!(404))
    );
    let visits: Vec<String> = one.visits().into_iter().map(|visit| visit.what).collect();
    assert_eq!(visits[0], "GET /robots.txt");
    assert_eq!(visits.iter().filter(|what| *what == "GET /robots.txt").count(), 1, "{visits:?}");
    assert!(visits.iter().all(|what| !what.ends_with("/secret")), "{visits:?}");
    assert!(one.visits().iter().all(|visit| visit.agent.contains("link-check/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_out_outlives_a_restart() {
    let site = Site::start([]).await;
    let app = with_link_check(&[&format!("fetch-private:{}", site.address)]).await;
    publish(&app, &[format!("http://{}/gone", site.address)]).await;
    let first = check(&app).await;
    let visits = site.visits().len();

    let app = app.restarted().await;
    let second = check(&app).await;

    assert_eq!((&first["broken"], &second), (&json!(1), &first));
    assert_eq!(site.visits().len(), visits);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_checked_every_week_once_the_plugin_is_in_force() {
    let app = with_link_check(&["fetch:*"]).await;

    let schedules = || async {
        let reply = app.admin.get("/api/admin/schedules?size=100").await.expect(200).json();
        let found = reply["hits"]["hits"].as_array().unwrap().iter();
        found.filter(|it| it["name"] == "link-check.check-links").cloned().collect::<Vec<_>>()
    };
    for _ in 0..600 {
        if !schedules().await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    assert_eq!(schedules().await[0]["cron"], "20 4 * * 0");
    app.admin
        .send(Method::DELETE, "/api/admin/plugins/link-check", "", Vec::new())
        .await
        .expect(204);
}
