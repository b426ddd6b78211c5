//! Imports `records` without saying so in its descriptor.

use repono_sdk::{Call, Descriptor, Failure, Kind, Outcome, Plugin, Task, TaskHost, Value, json};

struct Undeclared;

impl Plugin for Undeclared {
    fn descriptor() -> Descriptor {
        Descriptor::new(
            "undeclared",
            env!("CARGO_PKG_VERSION"),
            "Reads records without asking for them.",
        )
    }
}

impl Task for Undeclared {
    fn kinds() -> Vec<Kind> {
        vec![Kind::new("peek", "Counts what it may not see.")]
    }

    fn execute(
        _call: &Call,
        _kind: &str,
        payload: Value,
        host: &mut dyn TaskHost,
    ) -> Result<Outcome, Failure> {
        let count = host.count(payload["collection"].as_str().unwrap_or_default())?;
        Ok(Outcome::Done(json!({ "count": count })))
    }
}

repono_sdk::plugin!(Undeclared: task);
