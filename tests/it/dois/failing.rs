//! What becomes of DOIs when DataCite does not do its part, or we do not do ours.

use std::time::Duration;

use harness::{DataCite, TestApp, Trouble, documents};
use serde_json::{Value, json};

use super::{app, doi, failure, published, registered, registering, titled, until};

/// The tasks that register this DOI.
async fn tasks(app: &TestApp, id: &str) -> Vec<Value> {
    let path = "/api/admin/tasks?kind=repono.register-doi&size=100";
    let tasks = app.admin.get(path).await.expect(200).json();
    let tasks = tasks["hits"]["hits"].as_array().unwrap();
    tasks.iter().filter(|task| task["payload"]["record"] == id).cloned().collect()
}

/// Why the first task that registers this DOI failed at first, as its log keeps it.
async fn first_failure(app: &TestApp, id: &str) -> String {
    let task = tasks(app, id).await.pop().unwrap();
    let path = format!("/api/admin/tasks/{}/logs", task["id"].as_str().unwrap());
    for _ in 0..600 {
        let lines = app.admin.get(&path).await.expect(200).json();
        let lines = lines["hits"]["hits"].as_array().unwrap();
        if let Some(line) = lines.iter().find(|line| line["level"] == "error") {
            return line["text"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no task of {id} fails");
}

/// The only task that registers this DOI, once it is given up.
async fn dead(app: &TestApp, id: &str) -> Value {
    for _ in 0..600 {
        let task = tasks(app, id).await.remove(0);
        if task["state"] == "dead" {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no task of {id} is given up");
}

async fn retry(app: &TestApp, id: &str) {
    app.admin.act(&format!("/api/admin/dois/{id}/retry")).await.expect(200);
}

/// Has a DOI registered again until nothing fails any more.
async fn insist(app: &TestApp, id: &str) {
    for _ in 0..20 {
        retry(app, id).await;
        if until(app, id, |doi| doi["progress"] != "waiting").await["progress"] == "done" {
            return;
        }
    }
    panic!("the DOI of {id} fails for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_datacite_does_a_record_is_published_and_its_doi_tried_again() {
    for trouble in [
        Trouble::Hangs,
        Trouble::Cuts,
        Trouble::CutsAfterwards,
        Trouble::Garbles,
        Trouble::Answers(429, None),
        Trouble::Answers(500, None),
    ] {
        let datacite = DataCite::start().await;
        let app = app(&datacite).await;
        datacite.fails([trouble; 2]);

        let (id, work) = published(&app, &titled("Stubborn")).await;

        for id in [&id, &work] {
            let told = first_failure(&app, id).await;
            assert!(told.contains("registration agency is not available"), "{told}");
            insist(&app, id).await;
            assert_eq!(registered(&app, &datacite, id).await.state, "findable", "{trouble:?}");
            let tasks = tasks(&app, id).await;
            assert!(tasks.iter().all(|task| task["state"] != "dead"), "{trouble:?}: {tasks:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn datacite_is_asked_again_when_it_says() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    datacite.fails([Trouble::Answers(429, Some(1)), Trouble::Answers(503, Some(1))]);

    let (id, work) = published(&app, &titled("Busy")).await;

    for id in [&id, &work] {
        assert_eq!(registered(&app, &datacite, id).await.state, "findable");
        let task = &tasks(&app, id).await[0];
        assert_eq!((&task["state"], &task["attempts"]), (&json!("succeeded"), &json!(2)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_datacite_refuses_is_a_dead_letter_in_its_own_words() {
    let datacite = DataCite::start().await;
    let app = TestApp::with(|app| {
        registering(&datacite)(app);
        app.config.doi.url = serde_json::from_value(json!(datacite.url_with("wrong"))).unwrap();
    })
    .await;

    let (id, work) = published(&app, &titled("Locked out")).await;

    for id in [&id, &work] {
        let told = failure(&app, id).await;
        assert!(told.contains("Bad credentials.") && told.contains(&doi(id)), "{told}");
        assert_eq!(dead(&app, id).await["error"], told);
    }
    let listed = app.admin.get("/api/admin/dois?progress=failed").await.expect(200).json();
    assert_eq!(listed["failed"], 2);

    let app = TestApp::on(app.stop().await, registering(&datacite)).await;
    let told = app.admin.act("/api/admin/dois/actions/retry-failed").await.expect(200).json();

    assert_eq!(told["retried"], 2);
    for id in [&id, &work] {
        assert_eq!(registered(&app, &datacite, id).await.state, "findable");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_replayed_like_any_other() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    datacite.fails([Trouble::Answers(422, None); 2]);
    let (id, _) = published(&app, &titled("Replayed")).await;
    failure(&app, &id).await;

    let task = dead(&app, &id).await;
    let task = task["id"].as_str().unwrap();
    app.admin.act(&format!("/api/admin/tasks/{task}/retry")).await.expect(200);

    assert_eq!(registered(&app, &datacite, &id).await.state, "findable");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_keep_the_rules_is_told_with_every_field_and_not_sent() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let mut record = titled("Unpublishable");
    record["metadata"]["sizes"] = json!(["11 pages", "11 pages"]);
    record["metadata"]["formats"] = json!(["text/csv", "text/csv"]);

    let (id, _) = published(&app, &record).await;

    let told = failure(&app, &id).await;
    assert!(told.contains("the rules of DataCite 4.5"), "{told}");
    assert!(told.contains("sizes: ") && told.contains("formats: "), "{told}");
    assert_eq!(datacite.doi(&doi(&id)), None);
    assert_eq!(datacite.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_nobody_describes_to_datacite_is_told_so() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let tool: Value = serde_json::from_str(&documents("biotools", 1)[0]).unwrap();
    let tool = json!({"metadata": tool, "files": {"enabled": false}});
    let id = app.alice.post("/api/biotools", &tool).await.expect(201).id();
    app.alice.act(&format!("/api/biotools/{id}/draft/actions/publish")).await.expect(202);

    let told = failure(&app, &id).await;

    assert!(told.contains("no plugin describes records of biotools to DataCite"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_that_datacite_keeps_to_itself_is_told() {
    let datacite = DataCite::start().await;
    let app = TestApp::with(|app| {
        registering(&datacite)(app);
        DataCite::TEST_PREFIX.clone_into(&mut app.config.doi.prefix);
    })
    .await;

    let (id, _) = published(&app, &titled("Trial")).await;

    let told = failure(&app, &id).await;
    assert!(told.contains("leaves it draft"), "{told}");
}

/// What DataCite has done and nobody has noted is done once more, and is the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_before_a_crash_is_told_again_to_no_harm() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let (id, work) = published(&app, &titled("Twice")).await;
    registered(&app, &datacite, &work).await;
    let before = registered(&app, &datacite, &id).await;
    let told = datacite.requests().len();

    for _ in 0..3 {
        let task = json!({"kind": "repono.register-doi", "payload": {"record": id}});
        app.admin.post("/api/admin/tasks", &task).await.expect(201);
    }

    for _ in 0..600 {
        if tasks(&app, &id).await.iter().all(|task| task["state"] == "succeeded") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(datacite.requests().len(), told + 3);
    assert_eq!(registered(&app, &datacite, &id).await, before);
}

/// Edits come faster than DataCite answers, and some of its answers are lost.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_many_edits_is_what_datacite_has_in_the_end() {
    let datacite = DataCite::start().await;
    let app = app(&datacite).await;
    let (id, work) = published(&app, &titled("Edit 0")).await;

    for number in 1..=10 {
        datacite.fails([Trouble::CutsAfterwards]);
        super::edit(&app, &id, &titled(&format!("Edit {number}"))).await;
    }
    for id in [&id, &work] {
        insist(&app, id).await;
    }

    for id in [&id, &work] {
        let held = registered(&app, &datacite, id).await;
        assert_eq!(held.metadata["titles"], json!([{"title": "Edit 10"}]));
    }
}
