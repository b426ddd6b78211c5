//! What `InvenioRDM` 14 answered, compared with what Repono answers: status, headers, and the shape
//! of every answer, member by member and type by type.
//!
//! `fixtures/exchanges/recorded.json` holds the calls in the order they were made; ids are mapped as
//! they are met. `fixtures/exchanges/deviations.toml` lists every difference with its reason; an
//! entry that no longer describes a difference fails the test as well.

use std::collections::{BTreeMap, BTreeSet};

use harness::{Client, Reply, TestApp};
use http::Method;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Exchange {
    name: String,
    who: String,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    status: u16,
    answer_headers: Vec<String>,
    answer: Option<Value>,
}

#[derive(Deserialize)]
struct Deviations {
    deviation: Vec<Deviation>,
}

#[derive(Deserialize)]
struct Deviation {
    /// Numbers of exchanges, or none: every exchange.
    #[serde(default)]
    exchanges: Vec<String>,
    /// A difference as it is told, with `*` for any text.
    difference: String,
    why: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_call_is_answered_in_inveniordms_shape() {
    let app = TestApp::new().await;
    let recorded: Vec<Exchange> =
        serde_json::from_str(include_str!("../fixtures/exchanges/recorded.json")).unwrap();
    let Deviations { deviation: deviations } =
        toml::from_str(include_str!("../fixtures/exchanges/deviations.toml")).unwrap();
    assert!(
        deviations.iter().all(|deviation| !deviation.why.trim().is_empty()),
        "every deviation has a reason"
    );

    let mut ids = BTreeMap::new();
    let mut used = BTreeSet::new();
    let mut unexpected = Vec::new();
    for exchange in recorded {
        let reply = play(&app, &exchange, &ids).await;
        if let (Some(recorded), Ok(answered)) =
            (&exchange.answer, serde_json::from_slice::<Value>(&reply.body))
        {
            learn(recorded, &answered, &mut ids);
        }
        for difference in differences(&exchange, &reply) {
            let number = &exchange.name[..3];
            let listed = deviations.iter().position(|deviation| {
                (deviation.exchanges.is_empty()
                    || deviation.exchanges.iter().any(|name| name == number))
                    && matches(&deviation.difference, &difference)
            });
            match listed {
                Some(place) => drop(used.insert(place)),
                None => unexpected.push(format!("{}: {difference}", exchange.name)),
            }
        }
    }

    let unused: Vec<_> = deviations
        .iter()
        .enumerate()
        .filter(|(place, _)| !used.contains(place))
        .map(|(_, deviation)| &deviation.difference)
        .collect();
    assert!(
        unexpected.is_empty(),
        "differences that deviations.toml does not list:\n{}",
        unexpected.join("\n")
    );
    assert!(unused.is_empty(), "deviations that are none any more: {unused:?}");
}

async fn play(app: &TestApp, exchange: &Exchange, ids: &BTreeMap<String, String>) -> Reply {
    let stranger = app.anonymous.with_secret(Some("nobody's"));
    let client: &Client = match exchange.who.as_str() {
        "admin" => &app.admin,
        "alice" => &app.alice,
        "bob" => &app.bob,
        "stranger" => &stranger,
        _ => &app.anonymous,
    };
    let mapped = |text: &str| {
        ids.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
    };
    let headers: Vec<_> =
        exchange.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let method = Method::from_bytes(exchange.method.as_bytes()).unwrap();
    client
        .send_with(
            method,
            &mapped(&exchange.path),
            &headers,
            mapped(exchange.body.as_deref().unwrap_or_default()),
        )
        .await
}

/// Ids of the same thing here and there.
fn learn(recorded: &Value, answered: &Value, ids: &mut BTreeMap<String, String>) {
    for pointer in ["/id", "/parent/id"] {
        let of = |value: &Value| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        if let (Some(theirs), Some(ours)) = (of(recorded), of(answered)) {
            ids.entry(theirs).or_insert(ours);
        }
    }
}

fn differences(exchange: &Exchange, reply: &Reply) -> Vec<String> {
    let mut found = Vec::new();
    if exchange.status != reply.status {
        found.push(format!("status {} instead of {}", reply.status, exchange.status));
        return found;
    }
    for name in &exchange.answer_headers {
        if reply.header(name).is_empty() {
            found.push(format!("no header {name}"));
        }
    }
    if let Some(recorded) = &exchange.answer {
        match serde_json::from_slice(&reply.body) {
            Ok(answered) => compare(recorded, &answered, "", &mut found),
            Err(_) => found.push("not JSON".to_owned()),
        }
    }
    found
}

fn compare(recorded: &Value, answered: &Value, at: &str, found: &mut Vec<String>) {
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            for (name, value) in recorded {
                match answered.get(name) {
                    Some(ours) => compare(value, ours, &format!("{at}.{name}"), found),
                    None => found.push(format!("no {at}.{name}")),
                }
            }
            let extra = answered.keys().filter(|name| !recorded.contains_key(*name));
            found.extend(extra.map(|name| format!("also {at}.{name}")));
        }
        (Value::Array(recorded), Value::Array(answered)) => {
            match (recorded.first(), answered.first()) {
                (Some(theirs), Some(ours)) => compare(theirs, ours, &format!("{at}[]"), found),
                (Some(_), None) => found.push(format!("nothing in {at}[]")),
                (None, Some(_)) => found.push(format!("something in {at}[]")),
                (None, None) => {}
            }
        }
        _ if kind(recorded) == kind(answered) => {}
        _ => found.push(format!("{at} is {} instead of {}", kind(answered), kind(recorded))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether `text` is as `pattern`, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}
