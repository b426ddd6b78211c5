//! What whoever means ill sends: at most a sentence in return, and never what others hide.

use harness::{TestApp, minimal_record};
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

/// A word that only what is hidden has.
pub(crate) const SECRET: &str = "xyzzyplugh";

/// Inputs of every kind that are tried.
const TRIED: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_are_answered_and_tell_nothing_on_what_is_embedded() {
    let app = TestApp::new().await;
    let hidden = hide(&app).await;
    is_safe(&app, &hidden, TRIED).await;
}

/// What others must not see.
pub(crate) struct Hidden {
    /// A record that only its owner may see.
    restricted: String,
    /// A draft of somebody else.
    draft: String,
}

/// Puts something there that must not be seen, and something that may.
pub(crate) async fn hide(app: &TestApp) -> Hidden {
    let publish = async |record: &Value| {
        let id = app.alice.post("/api/records", record).await.expect(201).id();
        let publish = format!("/api/records/{id}/draft/actions/publish?refresh=wait_for");
        app.alice.act(&publish).await.expect(202);
        id
    };
    let mut secret = minimal_record(&format!("{SECRET} one"));
    secret["access"]["record"] = json!("restricted");
    let restricted = publish(&secret).await;
    for number in 0..3 {
        publish(&minimal_record(&format!("Open {number}"))).await;
    }
    let draft = minimal_record(&format!("{SECRET} two"));
    let draft = app.alice.post("/api/records?refresh=wait_for", &draft).await.expect(201).id();
    Hidden { restricted, draft }
}

/// Asks and sends what `tried` runs of each generator bring, as nobody and as somebody else.
pub(crate) async fn is_safe(app: &TestApp, hidden: &Hidden, tried: usize) {
    is_there_to_be_found(app).await;
    let mut hostile = Hostile::new();
    for _ in 0..tried {
        for path in hostile.paths() {
            for client in [&app.anonymous, &app.bob] {
                let reply = client.get(&path).await;
                assert!(
                    reply.status < 500 || reply.status == 501,
                    "{path}: {} {}",
                    reply.status,
                    reply.text()
                );
                assert!(!tells(&reply.text(), hidden, &path), "{path}: {}", reply.text());
                if reply.status >= 400 {
                    let sentence = reply.json()["message"].as_str().unwrap_or_default().to_owned();
                    assert!(sentence.len() > 10, "{path}: {}", reply.text());
                }
            }
        }
        for (method, path, body) in hostile.bodies() {
            let reply = app.bob.send(method.clone(), &path, "application/json", body.clone()).await;
            let what = || format!("{method} {path} {body}: {} {}", reply.status, reply.text());
            assert!(reply.status < 500 || reply.status == 501, "{}", what());
            assert!(!reply.text().contains(SECRET), "{}", what());
        }
    }
    // Fields that say who may see what are nobody's to name, nor is what they say.
    for q in [
        "internal.owner:2",
        "internal.kind:draft",
        "_exists_:internal.owner",
        "internal.\\*:2",
        "internal.owner:[0 TO 9]",
        "access.record:restricted",
        "NOT access.record:public",
        "*:* OR internal.kind:draft",
        "i*.owner:2",
        SECRET,
        "xyzzy*",
        "/xyzzy.*/",
        "metadata.title:xyzzyplugj~1",
    ] {
        for parameter in ["q", "suggest"] {
            let found = app.bob.get(&format!("/api/records?{parameter}={}", encoded(q))).await;
            assert!([200, 400].contains(&found.status), "{q}: {}", found.text());
            let text = found.text();
            assert!(
                !text.contains(&hidden.restricted) && !text.contains(&hidden.draft),
                "{q}: {text}"
            );
            let total = found.json()["hits"]["total"].as_u64().unwrap_or_default();
            assert!(total <= 3, "{q} counts what is hidden: {total}");
        }
    }
    for id in [&hidden.restricted, &hidden.draft] {
        for path in ["", "/draft", "/versions", "/revisions", "/versions/latest"] {
            let reply = app.bob.get(&format!("/api/records/{id}{path}")).await;
            assert!(
                [403, 404].contains(&reply.status) || !reply.text().contains(SECRET),
                "{path}: {}",
                reply.text()
            );
        }
    }
}

/// Whoever may see what is hidden finds it.
async fn is_there_to_be_found(app: &TestApp) {
    for _ in 0..300 {
        let own = app.alice.get(&format!("/api/user/records?q={SECRET}")).await.expect(200);
        if own.json()["hits"]["total"] == 2 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("half a minute was not enough for the index to have what is hidden");
}

/// What is asked for is repeated in links; beyond that nothing may be told.
fn tells(text: &str, hidden: &Hidden, path: &str) -> bool {
    let tells = |word: &str| text.contains(word) && !path.contains(word);
    tells(&hidden.restricted)
        || tells(&hidden.draft)
        || tells("xyzzyplugh one")
        || tells("xyzzyplugh two")
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_would_cost_too_much_are_cut_down_and_it_is_told() {
    let app = TestApp::new().await;
    hide(&app).await;
    costly_queries_are_bounded(&app).await;
}

/// Each is read as plain words, or refused in a sentence.
pub(crate) async fn costly_queries_are_bounded(app: &TestApp) {
    let many = |term: &str, count: usize| vec![term; count].join(" OR ");
    for q in [
        "open ".repeat(2_000),
        many("open", 300),
        many("o*n", 100),
        many("*n", 20),
        many("open~2", 100),
        format!("{}open{}", "(".repeat(500), ")".repeat(500)),
        "_exists_:id ".repeat(300),
        "NOT ".repeat(1_000),
    ] {
        let found = app.anonymous.get(&format!("/api/records?q={}", encoded(&q))).await.expect(200);
        let told = found.json()["fallback"].as_str().unwrap_or_default().to_owned();
        assert!(told.len() > 10, "{}: {}", &q[..40], found.text());
    }
    for q in [
        format!("metadata.\\*:{}", "?".repeat(300)),
        format!("*{}", "?".repeat(200)),
        format!("\"{}\"~9999999", "open ".repeat(300)),
    ] {
        let reply = app.anonymous.get(&format!("/api/records?q={}", encoded(&q))).await;
        assert!([200, 400].contains(&reply.status), "{}: {}", &q[..40], reply.text());
    }
    for page in [
        "size=1001",
        "size=0",
        "page=0",
        "page=401&size=25",
        "page=18446744073709551615&size=1000",
        "size=-1",
        "size=many",
    ] {
        app.anonymous.get(&format!("/api/records?{page}")).await.expect(400);
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Makes what a hostile client may send: the same in every run.
struct Hostile {
    runner: TestRunner,
}

impl Hostile {
    fn new() -> Self {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        Self { runner: TestRunner::new_with_rng(Config::default(), rng) }
    }

    fn one<T: std::fmt::Debug>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    /// A text of characters that mean something to somebody, or of known attacks.
    fn text(&mut self) -> String {
        let attacks = prop::sample::select(vec![
            "' or '1'='1",
            "'; drop table records; --",
            "\" or \"\"=\"",
            "\\u0000",
            "\0",
            "%00",
            "../../etc/passwd",
            "{\"match_all\":{}}",
            "{\"query\":{\"script\":{\"source\":\"1\"}}}",
            "*:*",
            "_all:*",
            "_id:*",
            "_source:*",
            "internal.owner",
            "internal.kind:draft",
            "${jndi:ldap://127.0.0.1/a}",
            "<script>alert(1)</script>",
            "{{7*7}}",
            "$1",
            "?",
            "null",
            "NaN",
            "-0",
            "1e999",
            "99999999999999999999",
            "\u{202e}\u{feff}\u{10ffff}",
            "a\r\nSet-Cookie: x=y",
        ]);
        let random =
            r#"[a-z0-9 :*?~^"'\\/(){}\[\]+\-&|!<>=.,;%_$@#\x00\x1a\r\nßé🦀٣]{0,40}|\PC{0,20}"#;
        let random = proptest::string::string_regex(random).unwrap().boxed();
        let joined =
            (attacks.clone(), random.clone()).prop_map(|(one, other)| format!("{one}{other}"));
        self.one(prop_oneof![attacks.prop_map(str::to_owned), random, joined])
    }

    /// Paths to read from, with what is hostile in every place where a client may put something.
    fn paths(&mut self) -> Vec<String> {
        let mut text = || encoded(&self.text());
        let mut paths = vec![
            format!("/api/records/{}", text()),
            format!("/api/records/{}/draft", text()),
            format!("/api/records/{}/versions", text()),
            format!("/api/records/{}/revisions/{}", text(), text()),
            format!("/api/{}", text()),
            format!("/api/vocabularies/{}", text()),
            format!("/api/records?bounds={}", text()),
            format!("/api/records?near={}", text()),
            format!("/api/records?size={}&page={}", text(), text()),
            format!("/api/records?{}={}", text(), text()),
            format!("/api/biotools?q={}&tool_type={}", text(), text()),
            format!("/api/records?resource_type={}&publication_date={}", text(), text()),
            format!("/api/records?allversions={}&access_status={}", text(), text()),
        ];
        for parameter in ["q", "sort", "cursor", "suggest"] {
            paths.push(format!("/api/records?{parameter}={}", text()));
            paths.push(format!("/api/user/records?{parameter}={}", text()));
        }
        for sort in ["newest", "bestmatch", "updated-asc"] {
            paths.push(format!("/api/records?sort={sort}&q=open&cursor={}", text()));
        }
        paths.push(format!("/api/records?q={}:{}", text(), text()));
        paths.push(
            format!("/api/records?q={}:[{} TO {}]", text(), text(), text()).replace(' ', "%20"),
        );
        paths
    }

    /// JSON whose keys and values are hostile, in places where documents go.
    fn bodies(&mut self) -> Vec<(Method, String, String)> {
        let (key, value, deep) = (self.text(), self.text(), self.one(1..300_usize));
        let mut record = minimal_record(&value);
        record["metadata"][&key] = json!(value);
        record[&key] = json!({&value: [value]});
        record["pids"] = json!({&key: {"identifier": value, "provider": key}});
        let mut odd = minimal_record("Odd");
        odd["metadata"]["resource_type"]["id"] = json!(value);
        odd["metadata"]["creators"][0]["person_or_org"]["family_name"] = json!(value);
        odd["access"]["record"] = json!(value);
        let deep = format!("{{\"metadata\": {}{}}}", "[".repeat(deep), "]".repeat(deep));
        let post = |body: String| (Method::POST, "/api/records".to_owned(), body);
        vec![
            post(record.to_string()),
            post(odd.to_string()),
            post(deep),
            post(value.clone()),
            post(format!("{{\"metadata\": {{\"title\": \"{value}\"}}}}")),
            (Method::PUT, format!("/api/records/{}/draft", encoded(&key)), record.to_string()),
            (Method::POST, format!("/api/{}", encoded(&key)), record.to_string()),
        ]
    }
}
