use repono_sdk::raw::task::exports::repono::plugin::task::{Guest, Kind, Outcome, Run};
use repono_sdk::raw::types::{CallContext, Failure};
use repono_sdk::{Value, serde_json};

use crate::{Mischief, Naughty};

impl Guest for Naughty {
    fn describe() -> Vec<Kind> {
        vec![Kind {
            name: "misbehave".to_owned(),
            summary: "Misbehaves on request.".to_owned(),
            payload_schema: r#"{ "type": "object" }"#.to_owned(),
            queue: "default".to_owned(),
            max_attempts: 2,
            timeout_ms: 60_000,
            idempotent: true,
            schedule: None,
            ext: None,
        }]
    }

    /// Beside mischief, `do` may name a failure: `invalid`, `unsupported`, `transient`, `permanent`,
    /// and `again`, `cancelled`; `tell` answers what the call says beyond the contract, anything else is
    /// done at once, with the payload for result.
    fn execute(
        context: CallContext,
        _kind: String,
        payload: String,
        run: &Run,
    ) -> Result<Outcome, Failure> {
        run.progress(0, Some(1), "about to misbehave");
        let wish: Value = serde_json::from_str(&payload).unwrap_or_default();
        if let Some(mischief) = Mischief::wish(&wish["do"]) {
            return Ok(Outcome::Done(mischief.answer()));
        }
        match wish["do"].as_str() {
            Some("invalid") => Err(Failure::InvalidInput("asked to refuse".to_owned())),
            Some("unsupported") => Err(Failure::Unsupported("asked not to do it".to_owned())),
            Some("transient") => Err(Failure::Transient(Some(10))),
            Some("permanent") => Err(Failure::Permanent("asked to give up".to_owned())),
            Some("again") => Ok(again(run)),
            Some("cancelled") => Ok(Outcome::Cancelled),
            Some("tell") => Ok(Outcome::Done(context.ext.unwrap_or_else(|| "null".to_owned()))),
            _ => Ok(Outcome::Done(payload)),
        }
    }
}

/// Wants a second call, and no third.
fn again(run: &Run) -> Outcome {
    if let Some(state) = run.last_checkpoint() {
        return Outcome::Done(state);
    }
    run.checkpoint(r#""called once""#);
    Outcome::Again(10)
}
