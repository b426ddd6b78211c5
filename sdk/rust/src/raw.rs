//! The contract as `wit-bindgen` gives it, for hooks that the traits of this crate do not cover.
//!
//! One module per hook, because the section that tells what a component exports is written by the
//! module's own `export!`: a plugin then exports the hooks it names, and no others.

#![expect(missing_docs, clippy::pedantic, reason = "generated")]

macro_rules! hook {
    ($module:ident, $world:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../../wit/plugin-1.0.0",
                world: $world,
                pub_export_macro: true,
                with: { "repono:plugin/types@1.0.0": crate::raw::manifest::repono::plugin::types },
            });
        }
    };
}

/// Has the types that all others share.
pub mod manifest {
    wit_bindgen::generate!({
        path: "../../wit/plugin-1.0.0",
        world: "manifest-hook",
        pub_export_macro: true,
    });
}

pub use manifest::repono::plugin::types;

/// What is imported, in worlds of their own: a plugin imports what it calls.
mod imports {
    pub(super) mod kv {
        wit_bindgen::generate!({
            inline: "package repono:sdk; world kv { import repono:plugin/kv@1.0.0; }",
            path: "../../wit/plugin-1.0.0",
            world: "repono:sdk/kv",
            generate_all,
        });
    }

    pub(super) mod fetch {
        wit_bindgen::generate!({
            inline: "package repono:sdk; world fetch { import repono:plugin/fetch@1.0.0; }",
            path: "../../wit/plugin-1.0.0",
            world: "repono:sdk/fetch",
            generate_all,
        });
    }
}

pub use imports::fetch::repono::plugin::fetch;
pub use imports::kv::repono::plugin::kv;

hook!(schema, "schema-hook");
hook!(vocabularies, "vocabularies-hook");
hook!(indexer, "indexer-hook");
hook!(exporter, "exporter-hook");
hook!(task, "task-hook");
