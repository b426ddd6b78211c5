//! What went wrong with a guest, as a sentence for its author.

use std::time::Duration;

use repono_service::ports::PluginFailure;
use tracing::{debug, warn};
use wasmtime::{PoolConcurrencyLimitError, Trap};

use crate::call::{Ask, Mishap};
use crate::imports::HostFailed;
use crate::meter::Ending;
use crate::state::{Cut, State};

/// Says whose turn it is, and tells the log what the sentence leaves out.
pub(crate) fn explain(
    mishap: Mishap,
    plugin: &str,
    ask: &Ask,
    state: &State,
) -> (PluginFailure, Ending) {
    let fell = match mishap {
        Mishap::Failure(failure @ PluginFailure::Fault(_)) => return (failure, Ending::Nonsense),
        Mishap::Failure(failure) => return (failure, Ending::Refused),
        Mishap::Nonsense(what) => {
            let sentence = format!("{what} in {}", place(ask));
            return (PluginFailure::Fault(sentence), Ending::Nonsense);
        }
        Mishap::Fell(error) => error,
    };
    if let Some(HostFailed(failure)) = fell.downcast_ref() {
        return (failure.clone(), Ending::Unavailable);
    }
    if fell.is::<PoolConcurrencyLimitError>() {
        return (PluginFailure::Busy, Ending::Busy);
    }

    let (sentence, ending) = sentence(&fell, ask, state);
    if ending == Ending::Abandoned {
        debug!(plugin.name = plugin, plugin.function = ask.function, "plugin {plugin} {sentence}");
    } else {
        warn!(plugin.name = plugin, plugin.function = ask.function, backtrace = ?fell, "plugin {plugin} {sentence}");
    }
    (PluginFailure::Fault(sentence), ending)
}

fn sentence(error: &wasmtime::Error, ask: &Ask, state: &State) -> (String, Ending) {
    let place = place(ask);
    match error.downcast_ref::<Cut>() {
        Some(Cut::OutOfTime) => {
            return (format!("ran past {} in {place}", time(ask.budget)), Ending::OutOfTime);
        }
        Some(Cut::Abandoned) => {
            let sentence = format!("was stopped in {place}, as nobody waited for its answer");
            return (sentence, Ending::Abandoned);
        }
        None => {}
    }
    if state.memory.exceeded {
        let most = size(state.memory.limit);
        return (format!("used more than {most} in {place}"), Ending::OutOfMemory);
    }
    if is_oversize(error) {
        let most = size(state.answer_bytes);
        return (format!("handed over more than {most} in {place}"), Ending::Nonsense);
    }

    let what = match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => "trapped (unreachable)".to_owned(),
        Some(Trap::StackOverflow) => "ran out of stack".to_owned(),
        Some(trap) => format!("trapped ({})", trap.to_string().trim_start_matches("wasm trap: ")),
        None => format!("failed ({})", error.root_cause()),
    };
    let sentence = match state.log.last_words() {
        Some(words) => format!("{what} in {place}: {words}"),
        None => format!("{what} in {place}"),
    };
    (sentence, Ending::Trapped)
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
