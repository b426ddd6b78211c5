//! Task `completeness.score`: how complete the records of a collection are.
//!
//! Payload `{"collection": "records", "batch": 100}`. The result has the number of `records`, the
//! `mean` score between 0 and 1, a `histogram` of ten equal parts, and the ten `least_complete`.
//! The state after every batch is kept, so that a crash costs one batch at most.

mod measure;
mod payload;
mod tally;

use repono_sdk::{Call, Descriptor, Failure, Kind, Outcome, Plugin, Task, TaskHost, Value, json};

use measure::Measure;
use payload::Payload;
use tally::Tally;

/// Scores how complete records are.
#[derive(Debug)]
pub struct Completeness;

impl Plugin for Completeness {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "completeness",
            env!("CARGO_PKG_VERSION"),
            "Scores how complete records are.",
        )
        .capabilities(["records"])
        .not_deterministic()
    }
}

impl Task for Completeness {
    fn kinds() -> Vec<Kind> {
        vec![
            Kind::new("score", "Scores how complete the records of a collection are.")
                .payload(json!({
                    "type": "object",
                    "required": ["collection"],
                    "properties": {
                        "collection": { "type": "string", "minLength": 1 },
                        "batch": { "type": "integer", "minimum": 1, "maximum": payload::MAX_BATCH },
                    },
                    "additionalProperties": false,
                }))
                .idempotent(),
        ]
    }

    fn execute(
        _call: &Call,
        kind: &str,
        payload: Value,
        host: &mut dyn TaskHost,
    ) -> Result<Outcome, Failure> {
        match kind {
            "score" => score(&Payload::parse(&payload)?, host),
            _ => Err(Failure::Unsupported(format!("no task `{kind}` here"))),
        }
    }
}

fn score(payload: &Payload, host: &mut dyn TaskHost) -> Result<Outcome, Failure> {
    let measure = Measure::of(&payload.collection);
    let total = host.count(&payload.collection)?;
    let mut tally =
        host.last_checkpoint().and_then(|state| Tally::restore(&state)).unwrap_or_default();

    loop {
        if host.is_cancelled() {
            return Ok(Outcome::Cancelled);
        }
        let docs = host.scan(&payload.collection, tally.last_id(), payload.batch)?;
        if docs.is_empty() {
            return Ok(Outcome::Done(tally.result(measure)));
        }
        for doc in &docs {
            tally.add(&doc.id, measure, &doc.body["metadata"]);
        }
        host.checkpoint(&tally.save());
        host.progress(tally.records(), Some(total), "records scored");
    }
}

repono_sdk::plugin!(Completeness: task);
