//! `kv` and `fetch`: what is granted, and what a guest is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use repono_domain::LogLevel;
use repono_service::ports::{
    Doc, FetchFailure, FetchRequest, FetchResponse, Fetched, Grants, Hosts, Outcome, PluginFailure,
    Reach, TaskHost,
};
use serde_json::{Map, Value, json};

use crate::support::{TestRuntime, built, call};

/// Keeps values, and answers requests with how far their host may be reached.
#[derive(Default)]
struct Host {
    values: Mutex<HashMap<String, Vec<u8>>>,
    after: Map<String, Value>,
}

#[async_trait]
impl TaskHost for Host {
    async fn progress(&self, _: u64, _: Option<u64>, _: String) {}

    async fn is_cancelled(&self) -> bool {
        false
    }

    async fn checkpoint(&self, _: Value) {}

    fn log(&self, _: LogLevel, _: &str) {}

    async fn last_checkpoint(&self) -> Option<Value> {
        None
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

    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, PluginFailure> {
        Ok(self.values.lock().unwrap().get(key).cloned())
    }

    async fn kv_put(&self, key: &str, value: Vec<u8>) -> Result<(), PluginFailure> {
        let mut values = self.values.lock().unwrap();
        if values.len() >= 2 {
            return Err(PluginFailure::InvalidInput("the store is full".to_owned()));
        }
        values.insert(key.to_owned(), value);
        Ok(())
    }

    async fn fetch(&self, hosts: &Hosts, requests: Vec<FetchRequest>) -> Vec<Fetched> {
        let answer = |request: FetchRequest| match hosts.reach(&request.url.parse().unwrap()) {
            Some(reach) => Ok(FetchResponse {
                status: if reach == Reach::Public { 200 } else { 299 },
                headers: request.headers,
                body: request.body,
            }),
            None => Err(FetchFailure::NotListed(request.url)),
        };
        requests.into_iter().map(answer).collect()
    }
}

fn grants(capabilities: &[&str]) -> Grants {
    let capabilities = capabilities.iter().map(|&granted| granted.to_owned()).collect();
    Grants { capabilities, settings: None }
}

async fn run(capabilities: &[&str], payload: Value) -> Value {
    let runtime = TestRuntime::new();
    let granted = grants(capabilities);
    let plugin = runtime.load_granted(built("messenger"), &granted).await.unwrap();
    match plugin.execute(&call(), "run", &payload, Arc::new(Host::default())).await {
        Ok(Outcome::Done(result)) => result,
        other => panic!("not done: {other:?}"),
    }
}

#[tokio::test]
async fn requests_are_sent_and_answered_by_position() {
    let granted = ["records", "kv", "fetch:*.example.org", "fetch-private:10.0.0.1:8080"];
    let payload = json!({ "send": [
        { "method": "POST", "url": "https://a.example.org/", "headers": [["x-a", "b"]], "body": "c" },
        { "url": "https://example.net/" },
        { "url": "http://10.0.0.1:8080/" },
    ] });

    let result = run(&granted, payload).await;

    let first = json!({ "status": 200, "headers": [["x-a", "b"]], "bytes": 1, "body": "c" });
    assert_eq!(result["sent"][0], first);
    assert_eq!(result["sent"][1]["error"], "NotListed");
    assert_eq!(
        result["sent"][1]["message"],
        "https://example.net/ is not among the hosts that the operator has granted"
    );
    assert_eq!(result["sent"][2]["status"], 299);
}

#[tokio::test]
async fn values_are_kept_until_there_is_no_room() {
    let payload = json!({ "put": [["a", "1"], ["b", "2"], ["c", "3"]], "get": ["a", "c"] });

    let result = run(&["records", "kv", "fetch:*"], payload).await;

    assert_eq!(result["put"], json!([null, null, "the store is full"]));
    assert_eq!(result["got"], json!(["1", null]));
}

#[tokio::test]
async fn a_plugin_that_was_not_granted_hosts_is_told_how() {
    let runtime = TestRuntime::new();

    let refusal = runtime.refusal_granted(built("messenger"), &grants(&["records", "kv"])).await;

    assert_eq!(
        refusal,
        "The plugin messenger asks for `fetch`: grant it with --grant fetch:HOST, for each host that it may send requests to"
    );
}

#[tokio::test]
async fn every_grant_that_names_no_host_is_told() {
    let runtime = TestRuntime::new();
    let granted = grants(&["records", "kv", "fetch", "fetch:*.org", "fetch-private:*"]);

    let refusal = runtime.refusal_granted(built("messenger"), &granted).await;

    assert_eq!(
        refusal,
        "The file cannot be granted what was asked: `fetch` names no host: `fetch:example.org` does; \
         `fetch-private:*` must name one host exactly, as it may be within your own network"
    );
}
