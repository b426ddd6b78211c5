//! What went wrong with a guest, as a sentence for its author.

use std::time::Duration;

use repono_service::ports::PluginFailure;
use tracing::{debug, warn};
use wasmtime::{PoolConcurrencyLimitError, Trap};

use crate::call::{Ask, Mishap};
use crate::state::{Cut, State};

/// Says whose turn it is, and tells the log what the sentence leaves out.
pub(crate) fn explain(mishap: Mishap, plugin: &str, ask: &Ask, state: &State) -> PluginFailure {
    let fell = match mishap {
        Mishap::Failure(failure) => return failure,
        Mishap::Nonsense(what) => return PluginFailure::Fault(format!("{what} in {}", place(ask))),
        Mishap::Fell(error) => error,
    };
    if fell.is::<PoolConcurrencyLimitError>() {
        return PluginFailure::Busy;
    }

    let sentence = sentence(&fell, ask, state);
    if fell.downcast_ref() == Some(&Cut::Abandoned) {
        debug!(plugin.name = plugin, plugin.function = ask.function, "plugin {plugin} {sentence}");
    } else {
        warn!(plugin.name = plugin, plugin.function = ask.function, backtrace = ?fell, "plugin {plugin} {sentence}");
    }
    PluginFailure::Fault(sentence)
}

fn sentence(error: &wasmtime::Error, ask: &Ask, state: &State) -> String {
    let place = place(ask);
    match error.downcast_ref::<Cut>() {
        Some(Cut::OutOfTime) => return format!("ran past {} in {place}", time(ask.budget)),
        Some(Cut::Abandoned) => {
            return format!("was stopped in {place}, as nobody waited for its answer");
        }
        None => {}
    }
    if state.memory.exceeded {
        return format!("used more than {} in {place}", size(state.memory.limit));
    }
    if is_oversize(error) {
        return format!("handed over more than {} in {place}", size(state.answer_bytes));
    }

    let what = match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => "trapped (unreachable)".to_owned(),
        Some(Trap::StackOverflow) => "ran out of stack".to_owned(),
        Some(trap) => format!("trapped ({})", trap.to_string().trim_start_matches("wasm trap: ")),
        None => format!("failed ({})", error.root_cause()),
    };
    match state.log.last_words() {
        Some(words) => format!("{what} in {place}: {words}"),
        None => format!("{what} in {place}"),
    }
}

/// wasmtime keeps the type of this error to itself.
fn is_oversize(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls")
}

fn place(ask: &Ask) -> String {
    match ask.documents {
        0 => ask.function.to_owned(),
        1 => format!("{} of 1 document", ask.function),
        documents => format!("{} of {documents} documents", ask.function),
    }
}

fn time(budget: Duration) -> String {
    if budget < Duration::from_secs(10) {
        format!("{} ms", budget.as_millis())
    } else {
        format!("{} s", budget.as_secs())
    }
}

fn size(bytes: usize) -> String {
    if bytes >> 20 > 0 { format!("{} MB", bytes >> 20) } else { format!("{} KB", bytes >> 10) }
}

/// An error with its causes, in one line.
pub(crate) fn told(error: &wasmtime::Error) -> String {
    error.chain().map(|cause| cause.to_string().replace('\n', " ")).collect::<Vec<_>>().join(": ")
}
