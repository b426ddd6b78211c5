//! `kv` and `fetch`: what is granted is seen, and nothing beyond it is done.

use harness::{Page, Site, TestApp, test_guest};
use http::Method;
use serde_json::{Value, json};

use crate::tasks::{run, settled};

async fn messenger(grants: &[&str]) -> TestApp {
    let app = TestApp::with(|app| {
        let limits = &mut app.config.plugins.limits;
        (limits.kv_entries, limits.kv_bytes) = (4, 200_000);
        (limits.fetch_requests, limits.fetch_bytes) = (8, 10_000);
        limits.fetch_timeout_ms = 1000;
        "https://repo.example.org".clone_into(&mut app.config.server.site_url);
    })
    .await;
    let grants: Vec<&str> = ["records", "kv"].into_iter().chain(grants.iter().copied()).collect();
    app.activate(&test_guest("messenger"), &grants).await;
    app
}

async fn done(app: &TestApp, payload: Value) -> Value {
    let id = run(app, "messenger.run", payload).await;
    let task = settled(app, &id).await;
    assert_eq!(task["state"], "succeeded", "{task}");
    task["result"].clone()
}

fn get(url: &str) -> Value {
    json!({"url": url})
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_were_granted_are_shown_with_the_package() {
    let app = messenger(&["fetch:*.example.org", "fetch-private:127.0.0.1:8080"]).await;
    let grants = json!(["records", "kv", "fetch:*.example.org", "fetch-private:127.0.0.1:8080"]);

    let plugin = app.admin.get("/api/admin/plugins/messenger").await.expect(200).json();
    let app = app.restarted().await;
    let again = app.admin.get("/api/admin/plugins/messenger").await.expect(200).json();

    assert_eq!(plugin["packages"][0]["grants"], grants);
    assert_eq!(again["packages"][0]["grants"], grants);
    assert_eq!(again["packages"][0]["active"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_names_no_host_is_refused() {
    let app = TestApp::bare().await;
    let bytes = std::fs::read(test_guest("messenger")).unwrap();

    for (grants, told) in [
        ("grant=kv&grant=records", "grant it with --grant fetch:HOST"),
        ("grant=kv&grant=records&grant=fetch:https://example.org", "names a host only"),
        ("grant=kv&grant=records&grant=fetch-private:*", "must name one host exactly"),
    ] {
        let path = format!("/api/admin/plugins?{grants}");
        let refused = app.admin.send(Method::POST, &path, "application/wasm", bytes.clone()).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains(told), "{}", refused.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_reaches_what_was_granted_and_nothing_else() {
    let site = Site::start([
        ("/page", Page::Answer(200, "a page".to_owned())),
        ("/huge", Page::Answer(200, "x".repeat(10_001))),
        ("/elsewhere", Page::Redirect("http://127.0.0.1:1/".to_owned())),
        ("/silent", Page::Silent),
    ])
    .await;
    let port = site.address.port();
    let private = format!("fetch-private:127.0.0.1:{port}");
    let app = messenger(&[&private, "fetch:localhost", "fetch:*.example.org"]).await;
    let at = |path: &str| format!("http://127.0.0.1:{port}{path}");

    let result = done(
        &app,
        json!({"send": [
            get(&at("/page")),
            get(&at("/huge")),
            get(&at("/elsewhere")),
            get(&at("/silent")),
            // By its name, which was granted as a public one.
            get(&format!("http://localhost:{port}/page")),
            get("http://127.0.0.1:1/"),
            get("https://example.net/"),
            {"url": at("/page"), "headers": [["Host", "example.org"]]},
        ]}),
    )
    .await;

    let told: Vec<&Value> = result["sent"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sent| if sent["error"].is_null() { &sent["status"] } else { &sent["error"] })
        .collect();
    assert_eq!(
        json!(told),
        json!([
            200,
            "TooLarge",
            302,
            "Timeout",
            "NotPublic",
            "NotListed",
            "NotListed",
            "InvalidRequest"
        ])
    );
    assert_eq!(result["sent"][0]["body"], "a page");
    let mut visits: Vec<_> = site.visits().into_iter().map(|visit| visit.what).collect();
    visits.sort_unstable();
    assert_eq!(visits, ["GET /elsewhere", "GET /huge", "GET /page", "GET /silent"]);
    let agent = &site.visits()[0].agent;
    assert!(agent.starts_with("repono/"), "{agent}");
    assert!(agent.ends_with("(+https://repo.example.org) messenger/1.0.0"), "{agent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_at_once_than_allowed_are_not_sent() {
    let site = Site::start([]).await;
    let app = messenger(&[&format!("fetch-private:{}", site.address)]).await;
    let request = get(&format!("http://{}/", site.address));

    let result = done(&app, json!({"send": vec![request; 9]})).await;

    let told = "9 requests at once are too many: 8 may be";
    assert_eq!(result["sent"].as_array().unwrap().len(), 9);
    assert_eq!(result["sent"][8]["message"], told);
    assert!(site.visits().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_has_an_end_and_is_there_until_the_plugin_is_removed() {
    let app = messenger(&["fetch:example.org"]).await;

    let filled = done(&app, json!({"fill": [10, 100]})).await;
    let large =
        done(&app, json!({"put": [["a", "x".repeat((64 << 10) + 1)], ["k".repeat(513), "x"]]}))
            .await;
    let freed =
        done(&app, json!({"put": [["fill-0", ""], ["a", "1"]], "get": ["fill-0", "a"]})).await;

    assert_eq!(
        filled["filled"],
        json!([
            4,
            "the store of the plugin messenger is full: it may have 4 keys, and 200000 bytes in all"
        ])
    );
    assert_eq!(
        large["put"],
        json!([
            "the value has 65537 bytes, and may have 65536",
            "the key has 513 bytes, and may have 512",
        ])
    );
    assert_eq!((&freed["put"], &freed["got"]), (&json!([null, null]), &json!([null, "1"])));
    let shown = app.admin.get("/api/admin/plugins/messenger").await.expect(200).json();
    assert_eq!(shown["kv"]["entries"], 4);

    app.admin.act("/api/admin/plugins/messenger/deactivate").await.expect(204);
    let app = app.restarted().await;
    app.admin.post("/api/admin/plugins/messenger/activate", &json!({})).await.expect(200);
    let kept = done(&app, json!({"get": ["a"]})).await;
    app.admin
        .send(Method::DELETE, "/api/admin/plugins/messenger", "", Vec::new())
        .await
        .expect(204);
    app.activate(&test_guest("messenger"), &["records", "kv", "fetch:example.org"]).await;
    let forgotten = done(&app, json!({"get": ["a"]})).await;

    assert_eq!((&kept["got"], &forgotten["got"]), (&json!(["1"]), &json!([null])));
}
