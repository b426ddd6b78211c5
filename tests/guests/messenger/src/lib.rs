//! Fetches and keeps whatever its payload says, be it allowed or not, and tells what came of it.
//!
//! `{"send": [{"method", "url", "headers", "body"}], "put": [["key", "value"]], "fill": [keys, bytes],
//! "get": ["key"]}`, carried out in this order; all may be left out.

use repono_sdk::fetch::{Fetch as _, HostFetch, Request};
use repono_sdk::kv::{HostKv, Kv as _};
use repono_sdk::{Call, Descriptor, Failure, Kind, Outcome, Plugin, Task, TaskHost, Value, json};

struct Messenger;

impl Plugin for Messenger {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "messenger",
            env!("CARGO_PKG_VERSION"),
            "Fetches and keeps what it is told.",
        )
        .capabilities(["records", "kv", "fetch"])
        .not_deterministic()
    }
}

impl Task for Messenger {
    fn kinds() -> Vec<Kind> {
        vec![Kind::new("run", "Fetches and keeps what it is told.")]
    }

    fn execute(
        _call: &Call,
        _kind: &str,
        payload: Value,
        _host: &mut dyn TaskHost,
    ) -> Result<Outcome, Failure> {
        let requests = list(&payload["send"]).map(request).collect();
        let sent: Vec<Value> = HostFetch.send(requests).into_iter().map(|answer| match answer {
            Ok(answer) => json!({
                "status": answer.status,
                "headers": answer.headers,
                "bytes": answer.body.len(),
                "body": String::from_utf8_lossy(&answer.body).chars().take(1000).collect::<String>(),
            }),
            Err(error) => json!({ "error": format!("{:?}", error.kind), "message": error.message }),
        }).collect();
        let put: Vec<Value> = list(&payload["put"])
            .map(|pair| kept(text(&pair[0]), text(&pair[1]).as_bytes()))
            .collect();
        let filled = fill(&payload["fill"]);
        let got: Vec<Value> = list(&payload["get"])
            .map(|key| {
                HostKv
                    .get(text(key))
                    .map(|value| String::from_utf8_lossy(&value).into_owned())
                    .into()
            })
            .collect();
        Ok(Outcome::Done(json!({ "sent": sent, "put": put, "filled": filled, "got": got })))
    }
}

/// Keeps so many values of so many bytes: how many were kept, and why the next was not.
fn fill(wish: &Value) -> Value {
    let (keys, bytes) = (wish[0].as_u64().unwrap_or(0), wish[1].as_u64().unwrap_or(0));
    let value = vec![b'x'; usize::try_from(bytes).unwrap_or(0)];
    for key in 0..keys {
        let kept = kept(&format!("fill-{key}"), &value);
        if !kept.is_null() {
            return json!([key, kept]);
        }
    }
    json!([keys, null])
}

/// Null, or why not.
fn kept(key: &str, value: &[u8]) -> Value {
    HostKv.put(key, value).err().map(|not_kept| not_kept.0).into()
}

fn request(wish: &Value) -> Request {
    let mut request = Request::new(wish["method"].as_str().unwrap_or("GET"), text(&wish["url"]));
    for header in list(&wish["headers"]) {
        request = request.header(text(&header[0]), text(&header[1]));
    }
    request.body(text(&wish["body"]).as_bytes().to_vec())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

repono_sdk::plugin!(Messenger: task);
