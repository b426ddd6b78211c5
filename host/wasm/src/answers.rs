//! Between the port's words and the contract's; what a plugin answers is foreign text.

use std::time::Duration;

use repono_domain::{Problem, Severity};
use repono_service::ports::{Call, Checked, Doc, PluginFailure};
use serde::de::IgnoredAny;

use crate::bindings::schema_v1::exports::repono::plugin::schema;
use crate::bindings::types_v1 as wit;
use crate::call::Mishap;

pub(crate) fn to_guest(docs: Vec<Doc>) -> Vec<wit::Doc> {
    docs.into_iter()
        .map(|doc| wit::Doc {
            id: doc.id,
            revision: doc.revision,
            schema_version: doc.schema_version,
            body: doc.body,
        })
        .collect()
}

pub(crate) fn context(call: &Call, budget: Duration) -> wit::CallContext {
    wit::CallContext {
        call_id: call.id.clone(),
        // Known when the call is made, see `Guest::traced`.
        traceparent: None,
        deadline_ms: millis(budget),
        dry_run: call.dry_run,
        now_ms: u64::try_from(call.now.as_millisecond()).unwrap_or(0),
        seed: call.seed,
        ext: None,
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

impl From<wit::Failure> for PluginFailure {
    fn from(failure: wit::Failure) -> Self {
        match failure {
            wit::Failure::InvalidInput(reason) => Self::InvalidInput(reason),
            wit::Failure::Unsupported(what) => Self::Unsupported(what),
            wit::Failure::Transient(delay_ms) => {
                Self::Transient(delay_ms.map(|delay| Duration::from_millis(delay.into())))
            }
            wit::Failure::Permanent(reason) => Self::Permanent(reason),
            wit::Failure::Other((kind, details)) => Self::Permanent(format!("{kind}: {details}")),
        }
    }
}

impl From<PluginFailure> for wit::Failure {
    fn from(failure: PluginFailure) -> Self {
        match failure {
            PluginFailure::InvalidInput(reason) => Self::InvalidInput(reason),
            PluginFailure::Unsupported(what) => Self::Unsupported(what),
            PluginFailure::Transient(delay) => Self::Transient(delay.map(millis)),
            PluginFailure::Busy | PluginFailure::Unavailable(_) => Self::Transient(None),
            PluginFailure::Permanent(reason) | PluginFailure::Fault(reason) => {
                Self::Permanent(reason)
            }
        }
    }
}

/// As many answers as documents.
pub(crate) fn counted<T>(answers: Vec<T>, documents: usize) -> Result<Vec<T>, Mishap> {
    if answers.len() == documents {
        Ok(answers)
    } else {
        Err(Mishap::Nonsense(format!("answered {} times", answers.len())))
    }
}

/// `text`, if it is JSON. `index` is where it stands among the answers.
pub(crate) fn json(text: String, index: usize) -> Result<String, Mishap> {
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Mishap::Nonsense(format!(
            "answered, at position {index}, with text that is not JSON ({error})"
        ))),
    }
}

pub(crate) fn checked(
    answers: Vec<schema::Checked>,
    documents: usize,
) -> Result<Vec<Checked>, Mishap> {
    let answers = counted(answers, documents)?.into_iter().enumerate();
    answers
        .map(|(index, answer)| {
            let body = answer.body.map(|body| json(body, index)).transpose()?;
            Ok(Checked { body, problems: answer.violations.into_iter().map(problem).collect() })
        })
        .collect()
}

fn problem(violation: wit::Violation) -> Problem {
    Problem {
        at: violation.at,
        code: violation.code,
        message: violation.message,
        severity: match violation.severity {
            wit::Severity::Error => Severity::Error,
            wit::Severity::Warning => Severity::Warning,
            wit::Severity::Info => Severity::Info,
        },
    }
}
