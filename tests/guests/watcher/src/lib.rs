//! Exports `event-hook`, which no host calls yet.

use repono_sdk::{Descriptor, Plugin};

#[expect(clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit/plugin-1.0.0",
        world: "event-hook-hook",
        with: { "repono:plugin/types@1.0.0": repono_sdk::raw::types },
    });
}

use bindings::exports::repono::plugin::event_hook::{CallContext, Effect, Event, Failure, Guest};

struct Watcher;

impl Plugin for Watcher {
    fn descriptor() -> Descriptor {
        Descriptor::new("watcher", env!("CARGO_PKG_VERSION"), "Watches what happens.")
    }
}

impl Guest for Watcher {
    fn subscriptions() -> Vec<String> {
        vec!["record.published".to_owned()]
    }

    fn handle(_context: CallContext, events: Vec<Event>) -> Result<Vec<Effect>, Failure> {
        Ok(events.into_iter().map(|event| Effect::Notify((event.kind, event.subject))).collect())
    }
}

repono_sdk::plugin!(Watcher:);

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "generated")]
const _: () = {
    bindings::export!(Watcher with_types_in bindings);
};
