//! Misbehaves on request, in every hook: a document or payload says how.
//!
//! `metadata.do` is for `check`, `metadata.index_do` for `transform`, `metadata.export_do` for
//! `serialise` and the payload's `do` for `execute`. See [`Mischief`] for what they may say.

mod mischief;

mod exporter;
mod indexer;
mod schema;
mod task;

use repono_sdk::{Descriptor, Plugin};

use mischief::Mischief;

/// Implements the contract by hand, as the traits of the SDK are too well-behaved.
struct Naughty;

impl Plugin for Naughty {
    fn descriptor() -> Descriptor {
        Descriptor::new("naughty", env!("CARGO_PKG_VERSION"), "Misbehaves on request.")
    }
}

repono_sdk::plugin!(Naughty:);

#[cfg(target_arch = "wasm32")]
const _: () = {
    const _: () = {
        repono_sdk::raw::schema::export!(Naughty with_types_in repono_sdk::raw::schema);
    };
    const _: () = {
        repono_sdk::raw::indexer::export!(Naughty with_types_in repono_sdk::raw::indexer);
    };
    const _: () = {
        repono_sdk::raw::exporter::export!(Naughty with_types_in repono_sdk::raw::exporter);
    };
    const _: () = {
        repono_sdk::raw::task::export!(Naughty with_types_in repono_sdk::raw::task);
    };
};
