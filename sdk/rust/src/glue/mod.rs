//! Between the contract and the traits: parses what comes in, serialises what goes out.

mod exporter;
mod indexer;
mod manifest;
mod schema;
mod task;
mod vocabularies;

#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use serde_json::Value;

use crate::raw::types;
use crate::{Call, Exporter, Failure, Indexer, Plugin, Schema, Task, Vocabularies};

/// Has the hooks that `P` has, as the contract wants them.
#[derive(Debug)]
pub struct Export<P>(PhantomData<P>);

pub const fn is_plugin<P: Plugin>() {}
pub const fn is_schema<P: Schema>() {}
pub const fn is_vocabularies<P: Vocabularies>() {}
pub const fn is_indexer<P: Indexer>() {}
pub const fn is_exporter<P: Exporter>() {}
pub const fn is_task<P: Task>() {}

fn parse(json: &str) -> Result<Value, types::Failure> {
    serde_json::from_str(json)
        .map_err(|error| types::Failure::InvalidInput(format!("not JSON: {error}")))
}

fn parse_ext(ext: Option<&String>) -> Option<Value> {
    ext.and_then(|json| serde_json::from_str(json).ok())
}

impl From<types::CallContext> for Call {
    fn from(context: types::CallContext) -> Self {
        Self {
            ext: parse_ext(context.ext.as_ref()),
            id: context.call_id,
            traceparent: context.traceparent,
            deadline_ms: context.deadline_ms,
            dry_run: context.dry_run,
            now_ms: context.now_ms,
            seed: context.seed,
        }
    }
}

impl From<Failure> for types::Failure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::InvalidInput(reason) => Self::InvalidInput(reason),
            Failure::Unsupported(what) => Self::Unsupported(what),
            Failure::Transient(delay_ms) => Self::Transient(delay_ms),
            Failure::Permanent(reason) => Self::Permanent(reason),
            Failure::Other(kind, details) => Self::Other((kind, details.to_string())),
        }
    }
}

impl From<types::Failure> for Failure {
    fn from(failure: types::Failure) -> Self {
        match failure {
            types::Failure::InvalidInput(reason) => Self::InvalidInput(reason),
            types::Failure::Unsupported(what) => Self::Unsupported(what),
            types::Failure::Transient(delay_ms) => Self::Transient(delay_ms),
            types::Failure::Permanent(reason) => Self::Permanent(reason),
            types::Failure::Other((kind, details)) => {
                let details = serde_json::from_str(&details).unwrap_or(Value::String(details));
                Self::Other(kind, details)
            }
        }
    }
}
