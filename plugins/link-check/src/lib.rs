//! Task `link-check.check-links`: whether the links of a collection's published records lead anywhere.
//!
//! Payload `{"collection": "records", "fresh_hours": 24, "pause_ms": 1000}`, all of which may be left out.
//! It is polite: one request to a host at a time and a pause after it, `robots.txt` obeyed, `HEAD` before
//! `GET`, and of a body one byte. A task cannot wait, so after some rounds of requests it asks to be called
//! again when the next host has rested; all that it knows is its checkpoint (`run`), and what it has
//! found out is in its store (`memory`), where the next run finds it.
//!
//! The result counts links and names those that are broken, with record, URL, status, and since when.

mod link;
mod links;
mod memory;
mod payload;
mod report;
mod robots;
mod run;
mod verdict;

use repono_sdk::fetch::{Fetch, HostFetch};
use repono_sdk::kv::{HostKv, Kv};
use repono_sdk::{Call, Descriptor, Failure, Kind, Outcome, Plugin, Task, TaskHost, Value};

use memory::Memory;
use payload::Payload;
use run::{Run, Surroundings};

/// Checks links.
#[derive(Debug)]
pub struct LinkCheck;

impl Plugin for LinkCheck {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "link-check",
            env!("CARGO_PKG_VERSION"),
            "Checks whether the links of records lead anywhere.",
        )
        .capabilities(["records", "kv", "fetch"])
        .not_deterministic()
    }
}

impl Task for LinkCheck {
    fn kinds() -> Vec<Kind> {
        vec![
            Kind::new("check-links", "Checks the links of a collection's published records.")
                .payload(Payload::schema())
                .queue("low")
                .timeout_ms(300_000)
                .idempotent()
                .schedule("20 4 * * 0"),
        ]
    }

    fn execute(
        call: &Call,
        kind: &str,
        payload: Value,
        host: &mut dyn TaskHost,
    ) -> Result<Outcome, Failure> {
        match kind {
            "check-links" => check_links(call, &payload, host, &mut HostKv, &mut HostFetch),
            _ => Err(Failure::Unsupported(format!("no task `{kind}` here"))),
        }
    }
}

/// Goes on with the task, for as long as one call should take.
pub fn check_links(
    call: &Call,
    payload: &Value,
    host: &mut dyn TaskHost,
    kv: &mut dyn Kv,
    web: &mut dyn Fetch,
) -> Result<Outcome, Failure> {
    let payload = Payload::parse(payload)?;
    let run = Run::begin_or_go_on(host, &payload.collection, call.now_ms)?;
    let memory = Memory::new(kv, call.now_ms);
    run.go_on(Surroundings { payload: &payload, now_ms: call.now_ms, host, memory, web })
}

repono_sdk::plugin!(LinkCheck: task);
