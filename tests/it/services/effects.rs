//! Workers that are killed at random moments, with every queue: what their tasks do, they do once, and those
//! that follow do it afterwards.
//!
//! `REPONO_TEST_KILLS=100` has each test kill a hundred times.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harness::{ServerProcess, Shared, TestApp, kills, serve_for_parent_with, service};
use repono_domain::{Task, TaskState};
use repono_server::app::Role;
use repono_service::ports::{Backoff, Outcome, TaskFilter, TaskHost, TaskKind};
use repono_service::tasks::OwnTask;
use repono_service::{Context, Error, Result};
use serde_json::{Value, json};

const KIND: &str = "repono.effect";
/// Tasks of a workflow before its last one.
const FIRST: usize = 24;

/// Not a test: a worker that others kill.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "works for its neighbours and does nothing by itself"]
async fn work() {
    serve_for_parent_with(|app| app.own_tasks.push(Arc::new(Effect::new()))).await;
}

const ENTRY: &str = "services::effects::work";

/// Makes a file, once. It takes its time, so that it is killed before, between and after.
struct Effect(TaskKind);

impl Effect {
    fn new() -> Self {
        let minute = Duration::from_mins(1);
        Self(TaskKind {
            name: "effect".to_owned(),
            summary: String::new(),
            payload_schema: json!({"type": "object", "required": ["folder", "name", "after"]}),
            queue: String::new(),
            max_attempts: 100,
            soft_timeout: minute,
            timeout: minute,
            backoff: Backoff::default(),
            idempotent: true,
            schedule: None,
        })
    }
}

#[async_trait]
impl OwnTask for Effect {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    async fn execute(&self, _: &Context, payload: &Value, host: &dyn TaskHost) -> Result<Outcome> {
        let folder = PathBuf::from(payload["folder"].as_str().unwrap());
        let name = payload["name"].as_str().unwrap();
        for before in payload["after"].as_array().unwrap() {
            let before = before.as_str().unwrap();
            if !folder.join(before).exists() || host.after()[before]["result"] != before {
                return Err(Error::Invalid(format!("{name} has begun before {before} was done")));
            }
        }
        let tries = folder.join(format!("{name}.tries"));
        let mut tries = std::fs::File::options().create(true).append(true).open(tries).unwrap();
        tries.write_all(b"x").unwrap();
        tokio::time::sleep(Duration::from_millis(40)).await;
        // An effect that is there is not made again.
        drop(std::fs::File::create_new(folder.join(name)));
        tokio::time::sleep(Duration::from_millis(40)).await;
        Ok(Outcome::Done(json!(name)))
    }
}

async fn ask(node: &TestApp, folder: &Path, round: u64) -> Vec<String> {
    let names: Vec<String> = (0..FIRST).map(|number| format!("effect-{round}-{number}")).collect();
    let task = |name: &str, after: &[String]| {
        let payload = json!({"folder": folder, "name": name, "after": after});
        json!({"name": name, "kind": KIND, "payload": payload, "after": after})
    };
    let mut tasks: Vec<Value> = names.iter().map(|name| task(name, &[])).collect();
    let last = format!("effect-{round}-last");
    tasks.push(task(&last, &names));
    node.admin.post("/api/admin/workflows", &json!({"tasks": tasks})).await.expect(201);
    names.into_iter().chain([last]).collect()
}

async fn some_run(node: &TestApp) {
    let run =
        |(_, state, count): &(String, TaskState, u64)| *state == TaskState::Running && *count > 0;
    for _ in 0..600 {
        if node.app.services.database.depths().await.unwrap().iter().any(run) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no task begins");
}

/// All tasks, once they are over.
async fn over(node: &TestApp, count: usize) -> Vec<Task> {
    let database = &node.app.services.database;
    let all = TaskFilter {
        kind: Some(KIND.to_owned()),
        limit: u32::try_from(count).unwrap() + 1,
        ..TaskFilter::default()
    };
    // Who was killed has its tasks until their lease ends.
    for _ in 0..1200 {
        let tasks = database.tasks(&all).await.unwrap();
        if tasks.iter().all(|task| task.state.is_over()) {
            return tasks;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("five minutes were not enough: {:?}", database.depths().await);
}

async fn every_effect_happens_once(broker: Option<&str>) {
    let shared = Shared::new().await;
    let url = broker.map_or_else(String::new, |variable| service(variable).to_string());
    let node = shared.node_with(|app| {
        app.own_tasks.push(Arc::new(Effect::new()));
        app.config.tasks.workers = 0;
        app.config.queue.url = serde_json::from_value(json!(url)).unwrap();
        "it-effects-".clone_into(&mut app.config.queue.prefix);
        app.config.queue.refill_s = 1;
    });
    let node = node.await;
    let settings = format!(
        "queue.url = '{url}'\nqueue.prefix = 'it-effects-'\nqueue.refill_s = 1\ntasks.poll_ms = 200\n"
    );
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = async |place: usize| -> ServerProcess {
        shared.process_with(ENTRY, folders[place].path(), &[Role::Work], &settings).await
    };
    let mut workers = [start(0).await, start(1).await];
    let effects = tempfile::tempdir().unwrap();
    let mut names = Vec::new();

    for round in 0..kills(4) {
        names.extend(ask(&node, effects.path(), round).await);
        some_run(&node).await;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..200))).await;
        let place = rand::random_range(0..workers.len());
        workers[place].kill();
        workers[place] = start(place).await;
    }
    let tasks = over(&node, names.len()).await;

    assert_eq!(tasks.len(), names.len());
    let mut interrupted = 0;
    for task in &tasks {
        assert_eq!(task.state, TaskState::Succeeded, "{task:?}");
        let name = task.result.as_ref().unwrap().as_str().unwrap();
        let tries = std::fs::read(effects.path().join(format!("{name}.tries"))).unwrap().len();
        assert!(u32::try_from(tries).unwrap() <= task.attempts, "{name} was done without a claim");
        interrupted += task.attempts - 1;
    }
    assert!(interrupted > 0, "no task was killed: the kills prove nothing");
    names.sort_unstable();
    let made = std::fs::read_dir(effects.path()).unwrap();
    let made = made.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut made: Vec<String> = made.filter(|name| Path::new(name).extension().is_none()).collect();
    made.sort_unstable();
    assert_eq!(made, names);
    drop(workers);
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_database_alone_every_effect_happens_once() {
    Box::pin(every_effect_happens_once(None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_rabbitmq_every_effect_happens_once() {
    Box::pin(every_effect_happens_once(Some("REPONO_TEST_RABBITMQ"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_every_effect_happens_once() {
    Box::pin(every_effect_happens_once(Some("REPONO_TEST_REDIS"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_sqs_every_effect_happens_once() {
    Box::pin(every_effect_happens_once(Some("REPONO_TEST_SQS"))).await;
}
