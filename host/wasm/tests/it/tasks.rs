//! A task talks to its host, and is stopped when its host is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use repono_domain::LogLevel;
use repono_service::ports::contract::HeldTrace;
use repono_service::ports::{Doc, FetchRequest, Fetched, Hosts, Outcome, PluginFailure, TaskHost};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::guest::Guest;
use crate::support::{TestRuntime, call, call_within, granting};

const IMPORTS: &str = "
    (import \"repono:plugin/task-host@1.0.0\" \"[method]run.progress\" (func $progress (param i32 i64 i32 i64 i32 i32)))
    (import \"repono:plugin/task-host@1.0.0\" \"[method]run.is-cancelled\" (func $is_cancelled (param i32) (result i32)))
    (import \"repono:plugin/task-host@1.0.0\" \"[method]run.checkpoint\" (func $checkpoint (param i32 i32 i32)))
    (import \"repono:plugin/task-host@1.0.0\" \"[method]run.last-checkpoint\" (func $last_checkpoint (param i32 i32)))
    (import \"repono:plugin/task-host@1.0.0\" \"[resource-drop]run\" (func $drop_run (param i32)))";
const RUN: &str = "(i32.load offset=80 (local.get $arguments))";

#[derive(Default)]
struct Host {
    progress: AtomicU64,
    note: Mutex<String>,
    /// How often the task may ask before it is cancelled.
    patience: AtomicU64,
    notes: Mutex<Option<Value>>,
    /// How long each question takes.
    delay: Duration,
    after: Map<String, Value>,
}

#[async_trait]
impl TaskHost for Host {
    async fn progress(&self, done: u64, _: Option<u64>, note: String) {
        self.progress.store(done, Ordering::SeqCst);
        *self.note.lock().await = note;
    }

    async fn is_cancelled(&self) -> bool {
        tokio::time::sleep(self.delay).await;
        self.patience.fetch_sub(1, Ordering::SeqCst) == 0
    }

    async fn checkpoint(&self, state: Value) {
        *self.notes.lock().await = Some(state);
    }

    fn log(&self, _: LogLevel, _: &str) {}

    async fn last_checkpoint(&self) -> Option<Value> {
        self.notes.lock().await.clone()
    }

    fn after(&self) -> &Map<String, Value> {
        &self.after
    }

    async fn scan(&self, _: &str, _: Option<&str>, _: u32) -> Result<Vec<Doc>, PluginFailure> {
        Ok(Vec::new())
    }

    async fn count(&self, _: &str) -> Result<u64, PluginFailure> {
        Ok(42)
    }

    async fn kv_get(&self, _: &str) -> Result<Option<Vec<u8>>, PluginFailure> {
        Err(PluginFailure::Unavailable("the database is not available".to_owned()))
    }

    async fn kv_put(&self, _: &str, _: Vec<u8>) -> Result<(), PluginFailure> {
        Ok(())
    }

    async fn fetch(&self, _: &Hosts, _: Vec<FetchRequest>) -> Vec<Fetched> {
        tokio::time::sleep(self.delay).await;
        Vec::new()
    }
}

fn waits_to_be_cancelled() -> Vec<u8> {
    let mut guest = Guest::new().importing(IMPORTS);
    let cancelled = guest.words(&[0, 2, 0, 0, 0, 0]);
    guest
        .task(&format!(
            "(loop (br_if 0 (i32.eqz (call $is_cancelled {RUN})))) (call $drop_run {RUN}) (i32.const {cancelled})"
        ))
        .build()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_tells_its_progress_and_leaves_notes() {
    let mut guest = Guest::new().importing(IMPORTS);
    let (at, len) = guest.text(r#"{"page":7}"#);
    let done = guest.words(&[0, 0, at, len, 0, 0]);
    let guest = guest.task(&format!(
        "(call $progress {RUN} (i64.const 3) (i32.const 0) (i64.const 0) (i32.const {at}) (i32.const {len}))
         (call $checkpoint {RUN} (i32.const {at}) (i32.const {len}))
         (call $drop_run {RUN})
         (i32.const {done})"
    ));
    let plugin = TestRuntime::new().load(guest.build()).await;
    let host = Arc::new(Host::default());

    let outcome = plugin.execute(&call(), "work", &json!({}), Arc::<Host>::clone(&host)).await;

    assert_eq!(outcome, Ok(Outcome::Done(json!({ "page": 7 }))));
    assert_eq!(host.progress.load(Ordering::SeqCst), 3);
    assert_eq!(*host.notes.lock().await, Some(json!({ "page": 7 })));
}

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_knows_where_in_its_trace_it_is_called() {
    // Tells as its progress what it was given: the flag of the option, and its text.
    let mut guest = Guest::new().importing(IMPORTS);
    let (at, len) = guest.text("null");
    let done = guest.words(&[0, 0, at, len, 0, 0]);
    let guest = guest.task(&format!(
        "(call $progress {RUN} (i64.extend_i32_u (i32.load8_u offset=8 (local.get $arguments))) (i32.const 0) (i64.const 0)
            (i32.load offset=12 (local.get $arguments)) (i32.load offset=16 (local.get $arguments)))
         (call $drop_run {RUN})
         (i32.const {done})"
    ));
    let runtime =
        TestRuntime::with(|config| config.traces = Arc::new(HeldTrace(TRACE.parse().unwrap())));
    let plugin = runtime.load(guest.build()).await;
    let host = Arc::new(Host::default());

    let outcome = plugin.execute(&call(), "work", &json!({}), Arc::<Host>::clone(&host)).await;

    assert_eq!(outcome, Ok(Outcome::Done(Value::Null)));
    assert_eq!(host.progress.load(Ordering::SeqCst), 1, "there is one");
    assert_eq!(*host.note.lock().await, TRACE);
}

#[tokio::test]
async fn a_task_stops_when_it_is_asked_to() {
    let plugin = TestRuntime::new().load(waits_to_be_cancelled()).await;
    let host = Arc::new(Host { patience: AtomicU64::new(3), ..Host::default() });

    let outcome = plugin.execute(&call(), "work", &json!({}), host).await;

    assert_eq!(outcome, Ok(Outcome::Cancelled));
}

#[tokio::test]
async fn the_hosts_own_time_counts() {
    let plugin = TestRuntime::new().load(waits_to_be_cancelled()).await;
    let host = Arc::new(Host {
        patience: AtomicU64::new(9),
        delay: Duration::from_mins(1),
        ..Host::default()
    });

    let failure =
        plugin.execute(&call_within(Duration::from_millis(50)), "work", &json!({}), host).await;

    assert_eq!(failure, Err(PluginFailure::Fault("ran past 50 ms in execute".to_owned())));
}

#[tokio::test]
async fn a_task_that_nobody_waits_for_lets_go_of_its_host() {
    let plugin = TestRuntime::new().load(waits_to_be_cancelled()).await;
    let host = Arc::new(Host { patience: AtomicU64::new(u64::MAX), ..Host::default() });

    let (call, payload) = (call(), json!({}));
    let execution = plugin.execute(&call, "work", &payload, Arc::<Host>::clone(&host));
    assert!(tokio::time::timeout(Duration::from_millis(30), execution).await.is_err());

    tokio::time::timeout(Duration::from_secs(5), async {
        while Arc::strong_count(&host) > 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_checkpoint_that_is_not_json_is_a_fault() {
    let mut guest = Guest::new().importing(IMPORTS);
    let (at, len) = guest.text("page 7");
    let guest = guest.task(&format!(
        "(call $checkpoint {RUN} (i32.const {at}) (i32.const {len})) (unreachable)"
    ));
    let plugin = TestRuntime::new().load(guest.build()).await;

    let failure = plugin.execute(&call(), "work", &json!({}), Arc::new(Host::default())).await;

    assert_eq!(
        failure,
        Err(PluginFailure::Fault(
            "failed (its checkpoint is not JSON: expected value at line 1 column 1) in execute"
                .to_owned()
        ))
    );
}

const COUNT: &str =
    "(import \"repono:plugin/records@1.0.0\" \"count\" (func $count (param i32 i32 i32)))";

/// Counts, and traps unless the answer is 42.
fn counts(guest: &mut Guest) -> String {
    let (at, len) = guest.text("things");
    let counted = guest.words(&[0; 6]);
    format!(
        "(call $count (i32.const {at}) (i32.const {len}) (i32.const {counted}))
         (if (i64.ne (i64.load offset=8 (i32.const {counted})) (i64.const 42)) (then (unreachable)))"
    )
}

#[tokio::test]
async fn a_task_reads_records_that_it_was_granted() {
    let mut guest = Guest::new().asking_for(&["records"]).importing(IMPORTS).importing(COUNT);
    let count = counts(&mut guest);
    let again = guest.words(&[0, 1, 5, 0, 0, 0]);
    let guest = guest.task(&format!("{count} (call $drop_run {RUN}) (i32.const {again})"));
    let plugin =
        TestRuntime::new().load_granted(guest.build(), &granting("records")).await.unwrap();

    let outcome = plugin.execute(&call(), "work", &json!({}), Arc::new(Host::default())).await;

    assert_eq!(outcome, Ok(Outcome::Again(Duration::from_millis(5))));
}

#[tokio::test]
async fn a_check_reads_no_records() {
    let mut guest = Guest::new().asking_for(&["records"]).importing(COUNT);
    let count = counts(&mut guest);
    let guest = guest.task("(unreachable)").schema(&format!("{count} (unreachable)"));
    let plugin =
        TestRuntime::new().load_granted(guest.build(), &granting("records")).await.unwrap();

    let failure = plugin.check(&call(), "things", crate::support::some_docs(1)).await;

    assert!(matches!(failure, Err(PluginFailure::Fault(_))), "{failure:?}");
}

const GET: &str = "(import \"repono:plugin/kv@1.0.0\" \"get\" (func $get (param i32 i32 i32)))";
const SEND: &str =
    "(import \"repono:plugin/fetch@1.0.0\" \"send\" (func $send (param i32 i32 i32)))";

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_the_plugins_fault() {
    let guest = Guest::new()
        .asking_for(&["kv"])
        .importing(GET)
        .beside("import repono:plugin/kv@1.0.0;")
        .task("(call $get (i32.const 0) (i32.const 0) (i32.const 2048)) (unreachable)");
    let plugin = TestRuntime::new().load_granted(guest.build(), &granting("kv")).await.unwrap();

    let failure = plugin.execute(&call(), "work", &json!({}), Arc::new(Host::default())).await;

    let told = "the database is not available".to_owned();
    assert_eq!(failure, Err(PluginFailure::Unavailable(told)));
}

#[tokio::test]
async fn a_request_does_not_outlast_the_call() {
    let guest = Guest::new()
        .asking_for(&["fetch"])
        .importing(SEND)
        .beside("import repono:plugin/fetch@1.0.0;")
        .task("(call $send (i32.const 0) (i32.const 0) (i32.const 2048)) (unreachable)");
    let granted = granting("fetch:example.org");
    let plugin = TestRuntime::new().load_granted(guest.build(), &granted).await.unwrap();
    let host = Arc::new(Host { delay: Duration::from_mins(1), ..Host::default() });

    let failure =
        plugin.execute(&call_within(Duration::from_millis(50)), "work", &json!({}), host).await;

    assert_eq!(failure, Err(PluginFailure::Fault("ran past 50 ms in execute".to_owned())));
}
