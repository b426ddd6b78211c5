//! Plugins as authors build them, by `cargo xtask plugins`.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use async_trait::async_trait;
use repono_domain::{LogLevel, Problem, Severity};
use repono_service::ports::{
    Checked, Doc, FetchRequest, Fetched, Grants, Hosts, Outcome, Plugin, PluginFailure, TaskHost,
};
use repono_wasm::Limits;
use serde_json::{Map, Value, json};

use crate::support::{TestRuntime, built, call, docs, granting};

/// With the limits of production, and with what an earlier run has compiled.
fn runtime() -> TestRuntime {
    TestRuntime::with(|config| {
        config.limits = Limits { calls: 4, tasks: 4, ..Limits::default() };
        config.cache_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-plugins");
    })
}

async fn naughty() -> Arc<dyn Plugin> {
    runtime().load(built("naughty")).await
}

async fn misbehaviour(wish: &str) -> String {
    let body = json!({ "metadata": { "do": wish } });
    match naughty().await.check(&call(), "naughty", docs(&[&body, &body, &body])).await {
        Err(PluginFailure::Fault(sentence)) => sentence,
        other => panic!("no fault: {other:?}"),
    }
}

#[tokio::test]
async fn the_first_specimens_describe_themselves() {
    let plugin = runtime().load(built("specimens-1-0")).await;

    let said = plugin.description();

    assert_eq!((said.name.as_str(), said.version.as_str()), ("specimens", "1.0.0"));
    assert_eq!((said.collections[0].name.as_str(), said.collections[0].version), ("specimens", 1));
    assert_eq!(said.collections[0].json_schema["required"], json!(["name"]));
    assert_eq!(said.collections[0].search["default_fields"], json!(["metadata.name^2"]));
    assert_eq!(said.indexes[0].collection, "specimens");
    let formats: Vec<&str> = said.formats.iter().map(|format| format.id.as_str()).collect();
    assert_eq!(formats, ["label", "csv"]);
    assert_eq!(
        said.formats[1].list,
        Some(("name,weight_g\n".to_owned(), "\n".to_owned(), "\n".to_owned()))
    );
}

#[tokio::test]
async fn specimens_are_indexed_and_exported_by_position() {
    let plugin = runtime().load(built("specimens-1-0")).await;
    let records =
        [json!({ "metadata": { "name": "Dodo", "weight_g": 9000 } }), json!({ "metadata": {} })];
    let records = || docs(&[&records[0], &records[1]]);

    let indexed = plugin.transform(&call(), "specimens", records()).await.unwrap();
    let exported = plugin.serialise(&call(), "label", records()).await.unwrap();

    let first: Value = serde_json::from_str(indexed[0].as_ref().unwrap()).unwrap();
    assert_eq!(first["metadata"]["size_class"], "large");
    assert_eq!(indexed.len(), 2);
    assert_eq!(
        exported,
        [Ok(b"Dodo, 9000 g".to_vec()), Err("a specimen without a name has no label".to_owned())]
    );
}

#[tokio::test]
async fn the_second_specimens_migrate_the_first() {
    let plugin = runtime().load(built("specimens-1-1")).await;
    let old = json!({ "metadata": { "name": "Dodo" } });

    let migrated = plugin.migrate(&call(), "specimens", 1, docs(&[&old])).await.unwrap();

    let Checked { body: Some(body), problems } = &migrated[0] else { panic!("{migrated:?}") };
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["metadata"]["habitat"], "unknown");
    let message = "The habitat was not recorded before; say which it is.".to_owned();
    let told = Problem {
        at: "/metadata/habitat".to_owned(),
        code: "filled-in".to_owned(),
        message,
        severity: Severity::Info,
    };
    assert_eq!(problems, &[told]);
}

#[tokio::test]
async fn a_panic_is_told_with_its_text() {
    let sentence = misbehaviour("trap").await;
    assert!(
        sentence.starts_with("trapped (unreachable) in check of 3 documents: panicked at "),
        "{sentence}"
    );
    assert!(sentence.ends_with("asked to trap"), "{sentence}");
}

#[tokio::test]
async fn a_loop_is_told_with_its_budget() {
    assert_eq!(misbehaviour("loop").await, "ran past 2150 ms in check of 3 documents");
}

#[tokio::test]
async fn greed_is_told_with_its_limit() {
    assert_eq!(misbehaviour("memory").await, "used more than 256 MB in check of 3 documents");
}

#[tokio::test]
async fn nonsense_is_told_with_its_place() {
    let sentence = misbehaviour("nonsense").await;
    assert_eq!(
        sentence,
        "answered, at position 0, with text that is not JSON (key must be a string at line 1 column 3) in check of 3 documents"
    );
}

#[tokio::test]
async fn a_missing_answer_is_told() {
    assert_eq!(misbehaviour("miscount").await, "answered 0 times in check of 3 documents");
}

#[tokio::test]
async fn too_much_of_an_answer_is_told() {
    let body = json!({ "metadata": { "do": "oversize" } });
    let failure = naughty().await.check(&call(), "naughty", docs(&[&body])).await;
    assert_eq!(
        failure,
        Err(PluginFailure::Fault("handed over more than 64 MB in check of 1 document".to_owned()))
    );
}

#[derive(Default)]
struct NoHost {
    logged: Mutex<Vec<(LogLevel, String)>>,
    after: Map<String, Value>,
}

#[async_trait]
impl TaskHost for NoHost {
    async fn progress(&self, _: u64, _: Option<u64>, _: String) {}

    async fn is_cancelled(&self) -> bool {
        false
    }

    async fn checkpoint(&self, _: Value) {}

    fn log(&self, level: LogLevel, text: &str) {
        self.logged.lock().unwrap().push((level, text.to_owned()));
    }

    async fn last_checkpoint(&self) -> Option<Value> {
        Some(json!("called once"))
    }

    fn after(&self) -> &Map<String, Value> {
        &self.after
    }

    async fn scan(&self, _: &str, _: Option<&str>, _: u32) -> Result<Vec<Doc>, PluginFailure> {
        Ok(Vec::new())
    }

    async fn count(&self, _: &str) -> Result<u64, PluginFailure> {
        Ok(0)
    }

    async fn kv_get(&self, _: &str) -> Result<Option<Vec<u8>>, PluginFailure> {
        Ok(None)
    }

    async fn kv_put(&self, _: &str, _: Vec<u8>) -> Result<(), PluginFailure> {
        Ok(())
    }

    async fn fetch(&self, _: &Hosts, _: Vec<FetchRequest>) -> Vec<Fetched> {
        Vec::new()
    }
}

#[tokio::test]
async fn a_guest_is_told_how_those_ended_after_which_its_task_began() {
    let wish = json!({ "do": "tell" });
    let mut host = NoHost::default();
    let told =
        json!({ "index": { "task": "0198", "state": "succeeded", "result": 7, "error": null } });
    host.after = told.as_object().unwrap().clone();

    let alone = Arc::new(NoHost::default());
    let alone = naughty().await.execute(&call(), "misbehave", &wish, alone).await;
    let after = naughty().await.execute(&call(), "misbehave", &wish, Arc::new(host)).await;

    assert_eq!(alone, Ok(Outcome::Done(Value::Null)));
    assert_eq!(after, Ok(Outcome::Done(json!({ "after": told }))));
}

#[tokio::test]
async fn what_a_guest_logs_in_a_task_is_told_to_its_host() {
    let host = Arc::new(NoHost::default());
    let wish = json!({ "do": "trap" });

    let failed = naughty().await.execute(&call(), "misbehave", &wish, Arc::clone(&host) as _).await;

    assert!(failed.is_err());
    let logged = host.logged.lock().unwrap();
    let is_told = |(level, text): &(LogLevel, String)| {
        *level == LogLevel::Error && text.contains("asked to trap")
    };
    assert!(logged.iter().any(is_told), "{logged:?}");
}

#[tokio::test]
async fn a_task_says_whose_turn_it_is() {
    let plugin = naughty().await;
    let asked = |wish: &'static str| {
        let plugin = Arc::clone(&plugin);
        async move {
            plugin
                .execute(&call(), "misbehave", &json!({ "do": wish }), Arc::new(NoHost::default()))
                .await
        }
    };

    assert_eq!(
        asked("invalid").await,
        Err(PluginFailure::InvalidInput("asked to refuse".to_owned()))
    );
    assert_eq!(
        asked("unsupported").await,
        Err(PluginFailure::Unsupported("asked not to do it".to_owned()))
    );
    assert_eq!(
        asked("transient").await,
        Err(PluginFailure::Transient(Some(std::time::Duration::from_millis(10))))
    );
    assert_eq!(
        asked("permanent").await,
        Err(PluginFailure::Permanent("asked to give up".to_owned()))
    );
    assert_eq!(asked("cancelled").await, Ok(Outcome::Cancelled));
    assert_eq!(asked("again").await, Ok(Outcome::Done(json!("called once"))));
    assert_eq!(asked("well").await, Ok(Outcome::Done(json!({ "do": "well" }))));
    let trapped = asked("trap").await;
    assert!(
        matches!(&trapped, Err(PluginFailure::Fault(sentence)) if sentence.contains("asked to trap")),
        "{trapped:?}"
    );
}

#[tokio::test]
async fn the_greedy_finds_no_store_outside_of_a_task() {
    assert_eq!(
        runtime().refusal(built("greedy")).await,
        "The plugin greedy asks for `kv`: grant it with --grant kv"
    );
    assert_eq!(
        runtime().refusal_granted(built("greedy"), &granting("kv")).await,
        "The plugin greedy failed (there is no task in this call) in schema.describe"
    );
}

#[tokio::test]
async fn the_watcher_comes_too_early() {
    assert_eq!(
        runtime().refusal(built("watcher")).await,
        "The file exports `event-hook`: the hook event-hook is designed, but this server does not run it yet"
    );
}

#[tokio::test]
async fn the_undeclared_is_found_out() {
    assert_eq!(
        runtime().refusal_granted(built("undeclared"), &granting("records")).await,
        "The plugin undeclared imports `records`, but its manifest does not ask for it: add it to `capabilities`"
    );
}

#[tokio::test]
async fn the_plugins_that_are_shipped_are_loaded() {
    let runtime = runtime();
    let grants = Grants {
        capabilities: ["records", "kv", "fetch:*"].map(str::to_owned).into(),
        settings: None,
    };
    for name in ["rdm", "biotools", "opendata", "completeness", "link-check"] {
        let plugin = runtime.load_granted(built(name), &grants).await.unwrap();
        assert_eq!(plugin.description().name.as_str(), name);
    }
}

#[tokio::test]
async fn vocabularies_come_page_by_page() {
    let plugin = runtime().load(built("rdm")).await;
    let vocabulary =
        plugin.description().vocabularies.iter().find(|it| it.name == "languages").unwrap();

    let page = plugin.terms("languages", vocabulary.entries - 2, 10).await.unwrap();

    assert_eq!(page.len(), 2);
}

/// `cargo test --release -p repono-wasm -- --ignored --nocapture`
#[tokio::test]
#[ignore = "measures"]
async fn a_batch_costs_less_than_its_documents() {
    let runtime = TestRuntime::with(|config| {
        config.limits = Limits { calls: 4, tasks: 4, ..Limits::default() }
    });
    let rdm = built("rdm");
    let start = Instant::now();
    runtime.load(rdm.clone()).await;
    println!("load, compiled here: {:?}", start.elapsed());
    let start = Instant::now();
    for _ in 0..20 {
        runtime.load(rdm.clone()).await;
    }
    println!("load, compiled before: {:?}", start.elapsed() / 20);

    let plugin = runtime.load(rdm).await;
    let record: Value =
        serde_json::from_str(include_str!("../../../../plugins/rdm/tests/data/full.json")).unwrap();
    for size in [1_u32, 10, 100] {
        let batches: Vec<Vec<Doc>> =
            (0..200).map(|_| docs(&vec![&record; size as usize])).collect();
        let start = Instant::now();
        for batch in batches {
            plugin.check(&call(), "records", batch).await.unwrap();
        }
        let batch = start.elapsed() / 200;
        println!(
            "check of {size} documents of {} bytes: {batch:?}, {:?} each",
            record.to_string().len(),
            batch / size
        );
    }
}
