//! What the server says of itself.

use jiff::Timestamp;
use repono_adapters::system::SystemClock;
use repono_service::ports::Clock as _;
use serde_json::Value;

use super::check::Check;
use crate::client::{Client, encode};
use crate::commands::show;

/// The program was not written before then.
const EARLIEST: &str = "2026-01-01T00:00:00Z";

pub(super) fn checks(client: &Client) -> Vec<Check> {
    let mut checks = vec![ready(client), clock()];
    checks.extend(asked(client, "/admin/plugins", "plugins", |answer| {
        plugins(client, show::items(answer))
    }));
    checks.extend(asked(client, "/admin/indices", "search index", indices));
    checks.extend(asked(client, "/admin/tasks?state=dead&size=100", "tasks", |answer| {
        vec![tasks(show::items(answer).len())]
    }));
    checks.extend(asked(client, "/admin/dois?size=1", "DOIs", |answer| vec![dois(answer)]));
    checks
}

fn ready(client: &Client) -> Check {
    match client.ready() {
        Ok(()) => {
            Check::ok("server", format!("{} is ready: database and search answer", client.url()))
        }
        Err(error) => Check::wrong(
            "server",
            format!("{} is not ready: {error:#}", client.url()),
            "its log names what does not answer, and why",
        ),
    }
}

fn clock() -> Check {
    let now = SystemClock.now();
    let earliest: Timestamp = EARLIEST.parse().unwrap_or_default();
    if now < earliest {
        return Check::wrong(
            "clock",
            format!("it says {now}"),
            "set it, as with NTP: ids, leases and tokens go by it",
        );
    }
    Check::ok("clock", format!("{now:.0}"))
}

fn asked(
    client: &Client,
    path: &str,
    name: &'static str,
    look: impl FnOnce(&Value) -> Vec<Check>,
) -> Vec<Check> {
    match client.get(path) {
        Ok(answer) => look(&answer),
        Err(error) => vec![Check::wrong(name, format!("{error:#}"), "the server's log says more")],
    }
}

fn plugins(client: &Client, packages: &[Value]) -> Vec<Check> {
    let in_force =
        packages.iter().filter(|package| package.get("active") == Some(&Value::Bool(true)));
    let checks: Vec<Check> = in_force
        .map(|package| {
            plugin(client, &show::text(package, "/name"), &show::text(package, "/version"))
        })
        .collect();
    if checks.is_empty() {
        return vec![Check::warning(
            "plugins",
            "none is in force, so there is no collection",
            "`repono plugin install FILE --activate`",
        )];
    }
    checks
}

/// What a plugin does is known of those alone that have been loaded.
fn plugin(client: &Client, name: &str, version: &str) -> Check {
    match client.get(&format!("/admin/plugins/{}", encode(name))) {
        Ok(plugin) if plugin.get("does").is_some_and(Value::is_object) => {
            Check::ok("plugins", format!("{name} {version} is loaded"))
        }
        Ok(_) => {
            let found = format!(
                "{name} {version} is in force, but could not be loaded; its collections are not served"
            );
            Check::wrong(
                "plugins",
                found,
                format!(
                    "the log of the start says why; `repono plugin activate {name} --digest …` chooses another package"
                ),
            )
        }
        Err(error) => {
            Check::wrong("plugins", format!("{name}: {error:#}"), "the server's log says more")
        }
    }
}

fn indices(answer: &Value) -> Vec<Check> {
    let collections = answer.get("collections").map(show::items).unwrap_or_default();
    let mut checks: Vec<Check> = collections.iter().map(index).collect();
    match answer.pointer("/lag/pending").and_then(Value::as_u64) {
        None | Some(0) => {}
        Some(pending) => {
            let found = format!(
                "{pending} changes wait to be indexed, the oldest since {}",
                show::text(answer, "/lag/oldest")
            );
            checks.push(Check::warning(
                "search index",
                found,
                "look again in a moment; if they stay, the log says why",
            ));
        }
    }
    let refused = answer.get("quarantined").map(show::items).unwrap_or_default().len();
    if refused > 0 {
        let found = format!("{refused} records cannot be indexed by their plugins");
        checks.push(Check::warning("search index", found, "`repono index status` lists them with the reasons; a mended plugin takes them up by itself"));
    }
    checks
}

/// A record has one document, and another for its draft; a deleted one has none.
fn index(index: &Value) -> Check {
    let [name, documents, records] =
        ["/collection", "/documents", "/records"].map(|pointer| show::text(index, pointer));
    let found = format!("{name}: {documents} documents of {records} records");
    if index.get("documents").is_none_or(Value::is_null) {
        return Check::warning(
            "search index",
            format!("{name}: the search engine does not say how large its index is"),
            "look whether it answers, and at the server's log",
        );
    }
    let number = |pointer: &str| index.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    let (documents, records) = (number("/documents"), number("/records"));
    if (records..=2 * records).contains(&documents) {
        return Check::ok("search index", found);
    }
    Check::warning(
        "search index",
        found,
        format!(
            "unless records were deleted, some cannot be found: `repono index reconcile {name}` compares and mends"
        ),
    )
}

fn tasks(dead: usize) -> Check {
    match dead {
        0 => Check::ok("tasks", "none was given up"),
        dead => Check::warning(
            "tasks",
            format!("{dead} were given up"),
            "`repono task list --state dead` tells why; `repono task retry ID` tries again",
        ),
    }
}

fn dois(answer: &Value) -> Check {
    let failed = answer.get("failed").and_then(Value::as_u64).unwrap_or_default();
    let is_on = answer.get("registration") == Some(&Value::Bool(true));
    match (is_on, failed) {
        (false, _) => Check::ok("DOIs", "they are registered nowhere: doi.url is not set"),
        (true, 0) => Check::ok("DOIs", "none has failed to be registered"),
        (true, failed) => Check::warning(
            "DOIs",
            format!("{failed} could not be registered at the last attempt"),
            "`repono doi list --progress failed` tells why; `repono doi retry --failed` tries again",
        ),
    }
}
