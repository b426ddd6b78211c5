use std::collections::BTreeSet;
use std::process::ExitCode;

use harness::TestApp;
use jiff::Timestamp;
use repono_domain::Plan;
use serde_json::{Value, json};

const KIND: &str = "completeness.score";
const NIGHTLY: &str = "/api/admin/schedules/nightly";

fn nightly() -> Value {
    json!({
        "name": "nightly", "kind": KIND, "payload": {"collection": "records"},
        "cron": "30 2 * * *", "timezone": "Europe/Vienna", "jitter_s": 30, "catch_up": "skip",
        "title": "Scores", "description": "For the report.",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_created_changed_paused_and_removed() {
    let app = TestApp::new().await;

    let made = app.admin.post("/api/admin/schedules", &nightly()).await.expect(201).json();

    let mut expected = nightly();
    for (name, value) in [
        ("origin", json!("operator")),
        ("state", json!("active")),
        ("every", Value::Null),
        ("last", Value::Null),
        ("last_task", Value::Null),
        ("paused_since", Value::Null),
        ("paused_by", Value::Null),
        ("problems", json!([])),
        ("revision", json!(1)),
        ("next", made["next"].clone()),
        ("created", made["created"].clone()),
        ("updated", made["updated"].clone()),
    ] {
        expected[name] = value;
    }
    assert_eq!(made, expected);
    let next = made["next"].as_str().unwrap();
    assert!(next.contains("T02:30:00+0") || next.contains("T03:00:00+02:00"), "{next}");
    assert!(next.parse::<Timestamp>().unwrap() > app.app.services.clock.now());

    let paused = app.admin.act(&format!("{NIGHTLY}/pause")).await.expect(200).json();
    assert_eq!((&paused["state"], &paused["next"]), (&json!("paused"), &Value::Null));
    assert_eq!(paused["paused_by"], "1");
    app.admin.act(&format!("{NIGHTLY}/resume")).await.expect(200);
    let changed = json!({"kind": KIND, "every": "15m", "payload": {"collection": "records"}});
    let changed = app.admin.put(NIGHTLY, &changed).await.expect(200).json();
    assert_eq!((&changed["every"], &changed["cron"]), (&json!("15m"), &Value::Null));
    assert_eq!((&changed["timezone"], &changed["title"]), (&json!("UTC"), &json!("")));
    assert_eq!(app.admin.get(NIGHTLY).await.expect(200).json(), changed);
    let list = app.admin.get("/api/admin/schedules").await.expect(200).json();
    let listed: Vec<_> = list["hits"]["hits"].as_array().unwrap().iter().collect();
    let names: Vec<_> = listed.iter().map(|schedule| &schedule["name"]).collect();
    assert_eq!((listed[0], names[0]), (&changed, &json!("nightly")));
    assert!(names.contains(&&json!("repono.tidy")), "{names:?}");

    let other_name = json!({"name": "other", "kind": KIND});
    app.admin.put(NIGHTLY, &other_name).await.expect(400);
    app.admin.post("/api/admin/schedules", &nightly()).await.expect(409);
    app.alice.post("/api/admin/schedules", &nightly()).await.expect(403);
    app.admin.delete(NIGHTLY).await.expect(204);
    app.admin.get(NIGHTLY).await.expect(404);
    app.admin.delete(NIGHTLY).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_of_a_schedule_is_told_with_its_field() {
    let app = TestApp::new().await;

    let refused = app
        .admin
        .post(
            "/api/admin/schedules",
            &json!({"name": "wrong", "kind": KIND, "payload": {"batch": "many"}, "cron": "0 0 31 2 *", "timezone": "Vienna"}),
        )
        .await
        .expect(400)
        .json();

    let errors = refused["errors"].as_array().unwrap();
    let fields: BTreeSet<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    let expected = ["payload.batch", "payload.collection", "timezone", "cron"];
    assert_eq!(fields, expected.into(), "{refused}");
    for (wrong, field) in [
        (json!({"kind": KIND}), "name"),
        (json!({"name": "w", "kind": KIND, "cron": "0 3 * * *", "every": "1d"}), "every"),
        (json!({"name": "w", "kind": KIND, "catch_up": "never"}), "catch_up"),
        (json!({"name": "w", "kind": "completeness.nothing"}), "kind"),
    ] {
        let refused = app.admin.post("/api/admin/schedules", &wrong).await.expect(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_when_somebody_asks() {
    let app = TestApp::with(|config| config.config.tasks.workers = 0).await;
    app.admin.post("/api/admin/schedules", &nightly()).await.expect(201);

    let task = app.admin.act(&format!("{NIGHTLY}/run")).await.expect(201);

    let again = app.admin.act(&format!("{NIGHTLY}/run")).await.expect(409);
    assert!(again.text().contains(&task.id()), "{}", again.text());
    let shown = app.admin.get(NIGHTLY).await.expect(200).json();
    assert_eq!(shown["last_task"], task.id());
    assert_eq!(shown["last"], Value::Null, "no tick of its own");
    let task = app.admin.get(&format!("/api/admin/tasks/{}", task.id())).await.expect(200).json();
    assert_eq!(task["payload"], json!({"collection": "records"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_fire_is_told_where_balancers_look_and_keeps_no_server_from_starting() {
    let app = TestApp::with(|config| {
        let wrong = "[schedules.wrong]\nkind = 'nobody.does'\ncron = 'nightly'\n";
        let file = config.config.data.dir.join("schedules.toml");
        std::fs::write(&file, wrong).unwrap();
        let environment = repono_server::config::Environment::default();
        let read = repono_server::config::load(Some(&file), &environment, &[]).unwrap();
        config.config.schedules = read.schedules;
        config.config.metrics.count_s = 1;
    })
    .await;

    let shown = app.admin.get("/api/admin/schedules/wrong").await.expect(200).json();
    assert_eq!((&shown["state"], &shown["origin"]), (&json!("broken"), &json!("configuration")));
    assert_eq!(shown["problems"].as_array().unwrap().len(), 2, "{shown}");
    let told = async || app.anonymous.get("/health/ready").await.expect(200).json();
    let begun = std::time::Instant::now();
    while told().await["schedules"].is_null() {
        assert!(begun.elapsed().as_secs() < 30, "{}", told().await);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let told = told().await;
    assert_eq!(told["status"], "degraded");
    assert_eq!(told["schedules"][0]["schedule"], "wrong");

    // What is not in the configuration any more is gone at the next start.
    let app = app.restarted().await;
    app.admin.get("/api/admin/schedules/wrong").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_do_what_the_api_does() {
    let app = TestApp::with(|config| config.config.tasks.workers = 0).await;
    let ctx = app.app.services.as_system();
    let token = repono_service::accounts::create_token(
        &ctx,
        repono_domain::UserId(1),
        "commands",
        vec![repono_domain::Scope::Read, repono_domain::Scope::Write, repono_domain::Scope::Admin],
        None,
    );
    let secret = token.await.unwrap().secret;
    let url = app.app.url.clone();
    let run = async |arguments: &[&str]| {
        let fixed = ["repono", "--url", &url, "--token", &secret, "schedule"];
        let all: Vec<_> = fixed.iter().chain(arguments).map(std::ffi::OsString::from).collect();
        tokio::task::spawn_blocking(move || repono_server::main(all)).await.unwrap()
    };
    let done = ExitCode::SUCCESS;

    let payload = r#"{"collection": "records"}"#;
    let when = ["--cron", "30 2 * * *", "--timezone", "Europe/Vienna", "--jitter", "5"];
    let create = [&["create", "nightly", KIND, payload][..], &when].concat();
    assert_eq!(run(&create).await, done);
    let shown = ctx.database.schedule("nightly").await.unwrap().unwrap();
    let Plan { timing, timezone, jitter_s, payload, .. } = shown.plan;
    assert_eq!(timing.as_deref(), Some("30 2 * * *"));
    assert_eq!((timezone.as_str(), jitter_s), ("Europe/Vienna", 5));
    assert_eq!(payload, json!({"collection": "records"}));

    assert_eq!(run(&["list"]).await, done);
    assert_eq!(run(&["show", "nightly", "--json"]).await, done);
    assert_eq!(run(&["pause", "nightly"]).await, done);
    assert!(ctx.database.schedule("nightly").await.unwrap().unwrap().paused.is_some());
    assert_eq!(run(&["resume", "nightly"]).await, done);
    assert!(ctx.database.schedule("nightly").await.unwrap().unwrap().paused.is_none());
    assert_eq!(run(&["run", "nightly"]).await, done);
    assert_eq!(ctx.database.count_runs("nightly").await.unwrap(), 1);
    assert_eq!(run(&["run", "nightly"]).await, ExitCode::from(5), "it waits already");
    assert_eq!(run(&["create", "nightly", KIND, "{}", "--cron", "x"]).await, ExitCode::from(1));
    assert_eq!(run(&["remove", "nightly"]).await, done);
    assert_eq!(run(&["show", "nightly"]).await, ExitCode::from(4));
    assert_eq!(run(&["--listen", "127.0.0.1:0", "list"]).await, ExitCode::from(2));
}
