use harness::TestApp;
use serde_json::{Value, json};

const KIND: &str = "completeness.score";

/// Runs wait for ever.
async fn idle() -> TestApp {
    TestApp::with(|config| config.config.tasks.workers = 0).await
}

fn job() -> Value {
    json!({
        "title": "Scores",
        "description": "For the report.",
        "task": KIND,
        "default_queue": "default",
        "default_args": {"collection": "records"},
        "schedule": {"type": "crontab", "minute": "30", "hour": "2", "day_of_month": "*", "month_of_year": "*", "day_of_week": "*"},
        "active": true,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_created_changed_and_removed() {
    let app = idle().await;

    let made = app.admin.post("/api/jobs", &job()).await.expect(201).json();

    for (name, value) in job().as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    let address = made["links"]["self"].as_str().unwrap();
    let path = &address[address.find("/api/").unwrap()..];
    assert_eq!(app.admin.get(path).await.expect(200).json(), made);
    let name = made["id"].as_str().unwrap();
    let schedule = app.admin.get(&format!("/api/admin/schedules/{name}")).await.expect(200).json();
    assert_eq!((&schedule["cron"], &schedule["state"]), (&json!("30 2 * * *"), &json!("active")));

    let mut changed = job();
    changed["schedule"] = json!({"type": "interval", "hours": 4});
    changed["active"] = json!(false);
    let changed = app.admin.put(path, &changed).await.expect(200).json();
    assert_eq!(
        changed["schedule"],
        json!({"type": "interval", "days": 0, "hours": 4, "minutes": 0, "seconds": 0})
    );
    assert_eq!(changed["active"], false);
    let schedule = app.admin.get(&format!("/api/admin/schedules/{name}")).await.expect(200).json();
    assert_eq!((&schedule["every"], &schedule["state"]), (&json!("4h"), &json!("paused")));

    app.admin.delete(path).await.expect(204);
    app.admin.get(path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_a_job_have_inveniordms_fields() {
    let app = idle().await;

    for (name, value, field) in [
        ("task", json!("completeness.nothing"), "task"),
        ("default_args", json!({"collection": 7}), "default_args.collection"),
        ("schedule", json!({"type": "crontab", "minute": "61"}), "schedule"),
        ("schedule", json!({"type": "interval", "hours": 0}), "schedule"),
        ("default_queue", json!("low"), "default_queue"),
    ] {
        let mut wrong = job();
        wrong[name] = value;
        let refused = app.admin.post("/api/jobs", &wrong).await.expect(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    app.admin.post("/api/jobs", &json!({"title": "no task"})).await.expect(400);
    app.alice.post("/api/jobs", &job()).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_of_task_is_a_job_too() {
    let app = idle().await;

    let list = app.admin.get("/api/jobs?q=score&size=5").await.expect(200).json();

    assert_eq!(list["hits"]["total"], 1, "{list}");
    let job = &list["hits"]["hits"][0];
    assert_eq!((&job["id"], &job["task"]), (&json!(KIND), &json!(KIND)));
    assert_eq!((&job["schedule"], &job["active"]), (&Value::Null, &json!(true)));
    assert_eq!(app.admin.get("/api/jobs?q=nothing").await.expect(200).json()["hits"]["total"], 0);
    let path = format!("/api/jobs/{KIND}");
    app.admin.delete(&path).await.expect(409);
    app.admin.put(&path, &self::job()).await.expect(409);
    app.admin.act(&format!("{path}/runs")).await.expect(400);
    let args = json!({"args": {"collection": "records"}});
    let run = app.admin.post(&format!("{path}/runs"), &args).await.expect(201).json();
    assert_eq!(run["args"], args["args"]);
    let job = app.admin.get(&path).await.expect(200).json();
    assert_eq!(job["last_run"]["id"], run["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_a_job_are_started_listed_stopped_and_forgotten() {
    let app = idle().await;
    let id = app.admin.post("/api/jobs", &job()).await.expect(201).id();
    let runs = format!("/api/jobs/{id}/runs");

    let run = app.admin.act(&runs).await.expect(201).json();

    assert_eq!((&run["status"], &run["job_id"]), (&json!("QUEUED"), &json!(id)));
    assert_eq!((&run["args"], &run["queue"]), (&job()["default_args"], &json!("default")));
    assert_eq!((&run["started_by_id"], &run["finished_at"]), (&json!("1"), &Value::Null));
    app.admin.act(&runs).await.expect(409);
    let path = format!("{runs}/{}", run["id"].as_str().unwrap());
    assert_eq!(app.admin.get(&path).await.expect(200).json(), run);
    let list = app.admin.get(&runs).await.expect(200).json();
    assert_eq!((&list["hits"]["hits"], &list["hits"]["total"]), (&json!([run]), &json!(1)));
    app.admin.delete(&path).await.expect(409);

    let stopped = app.admin.act(&format!("{path}/actions/stop")).await.expect(202).json();
    assert_eq!(stopped["status"], "CANCELLED");
    assert!(stopped["finished_at"].is_string());
    app.admin.act(&format!("{path}/actions/stop")).await.expect(409);
    let logs = app.admin.get(&format!("{path}/logs")).await.expect(200).json();
    let lines = logs["hits"]["hits"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{logs}");
    assert!(lines[1]["message"].as_str().unwrap().starts_with("CANCELLED"), "{logs}");

    let second = app.admin.act(&runs).await.expect(201).id();
    let page = app.admin.get(&format!("{runs}?size=1&page=1")).await.expect(200).json();
    assert_eq!(
        (&page["hits"]["hits"][0]["id"], &page["hits"]["total"]),
        (&json!(second), &json!(2))
    );
    assert!(page["links"]["next"].is_string(), "{page}");
    app.admin.delete(&path).await.expect(204);
    app.admin.get(&path).await.expect(404);
    let task = run["task_id"].as_str().unwrap();
    app.admin.get(&format!("/api/admin/tasks/{task}")).await.expect(200);
    app.admin.get(&format!("/api/jobs/{KIND}/runs/{second}")).await.expect(404);
    for path in [runs.as_str(), &path, "/api/jobs", "/api/tasks"] {
        app.alice.get(path).await.expect(403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_done_says_so() {
    let app = TestApp::new().await;
    let id = app.admin.post("/api/jobs", &job()).await.expect(201).id();
    let run = app.admin.act(&format!("/api/jobs/{id}/runs")).await.expect(201).id();

    let path = format!("/api/jobs/{id}/runs/{run}");
    let begun = std::time::Instant::now();
    let mut shown = app.admin.get(&path).await.expect(200).json();
    while shown["status"] != "SUCCESS" {
        assert!(begun.elapsed().as_secs() < 60, "{shown}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        shown = app.admin.get(&path).await.expect(200).json();
    }

    assert!(shown["finished_at"].is_string());
    let job = app.admin.get(&format!("/api/jobs/{id}")).await.expect(200).json();
    assert_eq!(job["last_run"], shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_run_has_what_was_logged_of_its_task() {
    let app = TestApp::new().await;
    let mut job = job();
    job["default_args"] = json!({"collection": "nowhere"});
    let id = app.admin.post("/api/jobs", &job).await.expect(201).id();
    let run = app.admin.act(&format!("/api/jobs/{id}/runs")).await.expect(201).id();

    let path = format!("/api/jobs/{id}/runs/{run}");
    let begun = std::time::Instant::now();
    while !app.admin.get(&path).await.expect(200).json()["finished_at"].is_string() {
        assert!(begun.elapsed().as_secs() < 60, "it does not end");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let logs = app.admin.get(&format!("{path}/logs")).await.expect(200).json();

    let lines = logs["hits"]["hits"].as_array().unwrap();
    let failed =
        |line: &&Value| line["message"].as_str().unwrap().starts_with("the attempt failed");
    let failed = lines.iter().find(failed).unwrap();
    assert_eq!(failed["level"], "ERROR", "{logs}");
    assert_eq!(failed["context"], json!({"job_id": id, "run_id": run}));

    let all = async |query: &str| {
        let found = app.admin.get(&format!("/api/logs/jobs{query}")).await.expect(200).json();
        found["hits"]["hits"].as_array().unwrap().clone()
    };
    for query in ["", "?q=nowhere", &format!("?q=%22{run}%22"), &format!("?q=context.job_id:{id}")]
    {
        assert!(all(query).await.contains(failed), "{query}");
    }
    for query in ["?q=somewhere", "?q=context.job_id:other"] {
        assert!(all(query).await.is_empty(), "{query}");
    }
    app.alice.get("/api/logs/jobs").await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_tell_what_jobs_can_be_made_of() {
    let app = idle().await;

    let list = app.admin.get("/api/tasks").await.expect(200).json();

    let tasks = list["hits"]["hits"].as_array().unwrap();
    assert_eq!(list["hits"]["total"], tasks.len());
    let named = |id: &str| tasks.iter().find(|task| task["id"] == id).unwrap();
    assert!(named("repono.tidy")["parameters"].is_object(), "{list}");
    let task = named(KIND);
    assert!(task["parameters"]["collection"].is_object(), "{task}");
    let args = app.admin.get(&format!("/api/tasks/{KIND}/args")).await.expect(200).json();
    assert_eq!(args["required"], json!(["collection"]));
    app.admin.get("/api/tasks/nothing/args").await.expect(404);
}
