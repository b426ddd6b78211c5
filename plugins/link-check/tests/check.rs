//! The task as the host runs it, against a web of its own: what it finds, and how it behaves.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unnecessary_wraps,
    reason = "helpers of tests"
)]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use link_check::check_links;
use repono_sdk::fetch::{Fetch, FetchError, FetchErrorKind, Request, Response};
use repono_sdk::kv::{Kv, NotKept};
use repono_sdk::{Call, Doc, Failure, Outcome, TaskHost, Value, json, serde_json};

const PAUSE_MS: u64 = 1000;
/// What a request takes.
const TAKES_MS: u64 = 40;

/// Records, and the task's notes.
#[derive(Default)]
struct Host {
    docs: Vec<Doc>,
    state: Option<Value>,
    progress: (u64, Option<u64>),
    cancelled: bool,
}

impl TaskHost for Host {
    fn progress(&mut self, done: u64, total: Option<u64>, _note: &str) {
        self.progress = (done, total);
    }

    fn is_cancelled(&mut self) -> bool {
        self.cancelled
    }

    fn checkpoint(&mut self, state: &Value) {
        self.state = Some(state.clone());
    }

    fn last_checkpoint(&mut self) -> Option<Value> {
        self.state.clone()
    }

    fn scan(&mut self, _: &str, after: Option<&str>, limit: u32) -> Result<Vec<Doc>, Failure> {
        let docs = self.docs.iter().filter(|doc| after.is_none_or(|after| doc.id.as_str() > after));
        Ok(docs.take(limit as usize).cloned().collect())
    }

    fn count(&mut self, _: &str) -> Result<u64, Failure> {
        Ok(self.docs.len() as u64)
    }
}

#[derive(Default)]
struct Store(BTreeMap<String, Vec<u8>>);

impl Kv for Store {
    fn get(&mut self, key: &str) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }

    fn put(&mut self, key: &str, value: &[u8]) -> Result<(), NotKept> {
        assert!(key.len() <= 512 && value.len() <= 64 << 10, "{key}: {}", value.len());
        if value.is_empty() {
            self.0.remove(key);
        } else {
            self.0.insert(key.to_owned(), value.to_vec());
        }
        Ok(())
    }
}

/// Answers as `answer` says, and keeps who was asked for what and when.
struct Web<F> {
    answer: F,
    now_ms: u64,
    asked: Vec<(u64, Request)>,
}

impl<F: Fn(&Request) -> Result<Response, FetchError>> Fetch for Web<F> {
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, FetchError>> {
        let answers = requests.iter().map(|request| (self.answer)(request)).collect();
        self.asked.extend(requests.into_iter().map(|request| (self.now_ms, request)));
        self.now_ms += TAKES_MS;
        answers
    }
}

struct Scene<F> {
    host: Host,
    store: Store,
    web: Web<F>,
}

impl<F: Fn(&Request) -> Result<Response, FetchError>> Scene<F> {
    fn new(docs: Vec<Doc>, answer: F) -> Self {
        let web = Web { answer, now_ms: 1_800_000_000_000, asked: Vec::new() };
        Self { host: Host { docs, ..Host::default() }, store: Store::default(), web }
    }

    /// One call.
    fn call(&mut self, payload: &Value) -> Outcome {
        let call = Call { now_ms: self.web.now_ms, ..Call::default() };
        check_links(&call, payload, &mut self.host, &mut self.store, &mut self.web).unwrap()
    }

    /// Calls until the task is done.
    fn run(&mut self, payload: &Value) -> Value {
        self.host.state = None;
        self.go_on(payload)
    }

    fn go_on(&mut self, payload: &Value) -> Value {
        for _ in 0..100_000 {
            match self.call(payload) {
                Outcome::Done(result) => return result,
                Outcome::Again(pause_ms) => self.web.now_ms += u64::from(pause_ms),
                Outcome::Cancelled => panic!("nobody cancelled it"),
            }
        }
        panic!("it does not end");
    }

    fn urls(&self) -> Vec<String> {
        let urls = self.web.asked.iter();
        urls.map(|(_, request)| format!("{} {}", request.method, request.url)).collect()
    }
}

fn doc(id: &str, links: &[&str]) -> Doc {
    let related = links.iter().map(|link| json!({ "scheme": "url", "identifier": link }));
    let metadata = json!({ "related_identifiers": related.collect::<Vec<_>>() });
    Doc { id: id.to_owned(), revision: 1, body: json!({ "metadata": metadata }) }
}

fn answer(status: u16) -> Result<Response, FetchError> {
    Ok(Response { status, ..Response::default() })
}

fn failed(kind: FetchErrorKind) -> Result<Response, FetchError> {
    Err(FetchError { kind, message: "there is no such host".to_owned() })
}

fn with_body(body: &str) -> Result<Response, FetchError> {
    Ok(Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

/// A web with something of everything.
fn some_web(request: &Request) -> Result<Response, FetchError> {
    match request.url.as_str() {
        "https://good.org/robots.txt" => {
            with_body("User-agent: *\nDisallow: /secret\nCrawl-delay: 3")
        }
        "https://shy.org/robots.txt" => with_body("User-agent: repono\nDisallow: /"),
        "https://down.org/robots.txt" => answer(500),
        url if url.starts_with("https://gone.org") => failed(FetchErrorKind::Unreachable),
        url if url.starts_with("https://slow.org") => failed(FetchErrorKind::Timeout),
        url if url.starts_with("https://inside.org") => failed(FetchErrorKind::NotPublic),
        url if url.ends_with("/robots.txt") => answer(404),
        "https://good.org/missing" => answer(404),
        "https://good.org/no-head" if request.method == "HEAD" => answer(405),
        "https://good.org/secret" | "https://shy.org/page" | "https://down.org/page" => {
            panic!("{} was asked for", request.url)
        }
        _ => answer(200),
    }
}

fn some_docs() -> Vec<Doc> {
    vec![
        doc("r1", &["https://good.org/a", "https://good.org/missing", "https://good.org/secret"]),
        doc("r2", &["https://good.org/a", "https://good.org/no-head", "https://shy.org/page"]),
        doc("r3", &["https://gone.org/x", "https://slow.org/x", "https://down.org/page"]),
        doc("r4", &["https://inside.org/", "https://[nonsense", "https://good.org/missing"]),
    ]
}

#[test]
fn broken_links_are_named_with_their_record() {
    let mut scene = Scene::new(some_docs(), some_web);

    let result = scene.run(&json!({}));

    let broken: Vec<_> = result["broken_links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|broken| {
            (
                broken["record"].as_str().unwrap(),
                broken["url"].as_str().unwrap(),
                broken["status"].as_u64(),
            )
        })
        .collect();
    let mut sorted = broken.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            ("r1", "https://good.org/missing", Some(404)),
            ("r3", "https://gone.org/x", None),
            ("r4", "https://[nonsense", None),
            ("r4", "https://good.org/missing", Some(404)),
        ]
    );
    assert_eq!(result["broken_links"][0]["since"], "2027-01-15");
    let count = |kind: &str| result[kind].as_u64().unwrap();
    assert_eq!((count("records"), count("links"), count("ok")), (4, 12, 3));
    assert_eq!((count("broken"), count("unsure"), count("skipped")), (4, 2, 3));
    assert_eq!(scene.host.progress, (4, Some(4)));
}

#[test]
fn a_host_is_asked_by_one_at_a_time_and_rests_in_between() {
    let mut scene = Scene::new(some_docs(), some_web);

    scene.run(&json!({ "pause_ms": PAUSE_MS }));

    let mut last: HashMap<&str, u64> = HashMap::new();
    for (at_ms, request) in &scene.web.asked {
        let host = request.url.split('/').nth(2).unwrap();
        if let Some(before) = last.insert(host, *at_ms) {
            assert!(at_ms - before >= PAUSE_MS, "{} after {} ms", request.url, at_ms - before);
        }
    }
    let of_good: Vec<u64> = scene
        .web
        .asked
        .iter()
        .filter(|(_, request)| {
            request.url.starts_with("https://good.org") && !request.url.ends_with("robots.txt")
        })
        .map(|(at_ms, _)| *at_ms)
        .collect();
    assert!(of_good.windows(2).all(|pair| pair[1] - pair[0] >= 3000), "{of_good:?}");
}

#[test]
fn what_was_found_out_today_is_not_asked_again() {
    let mut scene = Scene::new(some_docs(), some_web);
    let first = scene.run(&json!({}));
    let asked = scene.web.asked.len();

    scene.web.now_ms += 60_000;
    let second = scene.run(&json!({}));

    let fresh: Vec<_> = scene.urls().split_off(asked);
    assert_eq!(fresh, Vec::<String>::new());
    assert_eq!(counts(&second), counts(&first));
}

#[test]
fn a_week_later_all_is_asked_again_and_broken_since_the_first_time() {
    let mut scene = Scene::new(some_docs(), some_web);
    scene.run(&json!({}));
    let asked = scene.web.asked.len();

    scene.web.now_ms += 7 * 24 * 60 * 60 * 1000;
    let second = scene.run(&json!({}));

    assert_eq!(scene.web.asked.len(), 2 * asked);
    let missing = second["broken_links"].as_array().unwrap().iter();
    for broken in missing.filter(|broken| broken["url"] == "https://good.org/missing") {
        assert_eq!(broken["since"], "2027-01-15");
    }
}

#[test]
fn a_link_that_is_mended_is_broken_no_more() {
    let is_mended = std::cell::Cell::new(false);
    let mut scene = Scene::new(
        vec![doc("r1", &["https://a.org/x"]), doc("r2", &["https://b.org/x"])],
        |request: &Request| {
            answer(if request.url.ends_with("/x") && !is_mended.get() { 404 } else { 200 })
        },
    );
    let first = scene.run(&json!({}));

    is_mended.set(true);
    let second = scene.run(&json!({ "fresh_hours": 0 }));

    assert_eq!((&first["broken"], &second["broken"]), (&json!(2), &json!(0)));
    assert_eq!(second["broken_links"], json!([]));
    assert!(
        scene.store.0.keys().all(|key| !key.starts_with("broken/")),
        "{:?}",
        scene.store.0.keys()
    );
}

#[test]
fn a_task_that_is_called_off_goes_on_where_it_was() {
    let expected = Scene::new(some_docs(), some_web).run(&json!({}));
    let mut scene = Scene::new(some_docs(), some_web);
    scene.call(&json!({}));
    let asked = scene.web.asked.len();

    scene.host.cancelled = true;
    assert_eq!(scene.call(&json!({})), Outcome::Cancelled);
    scene.host.cancelled = false;
    let result = scene.go_on(&json!({}));

    assert!(asked > 0);
    assert_eq!(counts(&result), counts(&expected));
}

#[test]
fn a_task_killed_between_its_store_and_its_checkpoint_counts_nothing_twice() {
    let expected = Scene::new(some_docs(), some_web).run(&json!({}));
    for calls in 1..30 {
        let mut scene = Scene::new(some_docs(), some_web);
        let mut before = None;
        for _ in 0..calls {
            before = scene.host.state.clone();
            match scene.call(&json!({})) {
                Outcome::Again(pause_ms) => scene.web.now_ms += u64::from(pause_ms),
                Outcome::Done(_) | Outcome::Cancelled => break,
            }
        }

        // Its checkpoint is lost, and what it has kept in its store is not.
        scene.host.state = before;
        let result = scene.go_on(&json!({}));

        assert_eq!(counts(&result), counts(&expected), "killed in call {calls}");
        let named = result["broken_links"].as_array().unwrap().len() as u64;
        assert_eq!(Some(named), expected["broken"].as_u64());
    }
}

#[test]
fn a_full_store_is_told_and_not_passed_over() {
    struct Full;
    impl Kv for Full {
        fn get(&mut self, _: &str) -> Option<Vec<u8>> {
            None
        }

        fn put(&mut self, _: &str, _: &[u8]) -> Result<(), NotKept> {
            Err(NotKept("the store is full".to_owned()))
        }
    }
    let mut scene = Scene::new(some_docs(), some_web);

    let failed =
        check_links(&Call::default(), &json!({}), &mut scene.host, &mut Full, &mut scene.web);

    assert_eq!(failed, Err(Failure::Permanent("the store is full".to_owned())));
}

#[test]
fn a_payload_that_makes_no_sense_is_refused() {
    let mut scene = Scene::new(Vec::new(), some_web);

    for payload in [
        json!({ "collection": "" }),
        json!({ "pause_ms": 0 }),
        json!({ "pause_ms": "soon" }),
        json!({ "fresh_hours": 1_000_000 }),
        json!({ "hosts": ["example.org"] }),
    ] {
        let refused = check_links(
            &Call::default(),
            &payload,
            &mut scene.host,
            &mut scene.store,
            &mut scene.web,
        );
        assert!(matches!(refused, Err(Failure::InvalidInput(_))), "{payload}");
    }
}

#[test]
fn an_empty_collection_is_done_at_once() {
    let result = Scene::new(Vec::new(), some_web).run(&json!({}));

    assert_eq!((&result["records"], &result["links"]), (&json!(0), &json!(0)));
}

/// Every link of hundreds of real descriptions gets a verdict.
#[test]
fn real_records_are_checked_to_the_last_link() {
    for (collection, member) in
        [("biotools", "homepage"), ("opendata", "url"), ("records", "identifier")]
    {
        let docs = real(collection, 300);
        let has_links = docs
            .iter()
            .filter(|doc| doc.body.to_string().contains(&format!("\"{member}\":\"http")))
            .count() as u64;
        let mut scene = Scene::new(docs, |request: &Request| match request.url.len() % 7 {
            _ if request.url.ends_with("/robots.txt") => answer(404),
            0 => answer(404),
            1 => failed(FetchErrorKind::Timeout),
            _ => answer(200),
        });

        let result = scene.run(&json!({ "collection": collection, "pause_ms": 100 }));

        let links = result["links"].as_u64().unwrap();
        assert!(links >= has_links && has_links > 0, "{collection}: {links} links in {has_links}");
        assert_eq!(result["records"], 300);
        let kinds = ["ok", "broken", "unsure", "skipped"];
        let sum: u64 = kinds.iter().map(|kind| result[*kind].as_u64().unwrap()).sum();
        assert_eq!(sum, links);
        assert!(result["ok"].as_u64().unwrap() > 0);
    }
}

fn real(collection: &str, count: usize) -> Vec<Doc> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../tests/fixtures/{collection}.ndjson.gz"));
    let lines = BufReader::new(GzDecoder::new(std::fs::File::open(path).unwrap())).lines();
    let doc = |(place, line): (usize, std::io::Result<String>)| {
        let document: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let metadata = document.get("metadata").cloned().unwrap_or(document);
        Doc { id: format!("r{place:05}"), revision: 1, body: json!({ "metadata": metadata }) }
    };
    lines.take(count).enumerate().map(doc).collect()
}

/// All that is counted.
fn counts(result: &Value) -> Vec<u64> {
    ["records", "links", "ok", "broken", "unsure", "skipped", "left_out"]
        .map(|count| result[count].as_u64().unwrap())
        .into()
}
