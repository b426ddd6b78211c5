//! What a Repono plugin in Rust is written with.
//!
//! A plugin is a type that implements [`Plugin`] and one trait for each hook it takes part in:
//! [`Schema`], [`Indexer`], [`Exporter`], [`Vocabularies`] or [`Task`]. [`plugin!`] turns it into a
//! WebAssembly component. Documents come and go as [`Value`]s; everything but the component itself
//! works natively, so a plugin is tested with `cargo test` like any other crate.
//!
//! # A plugin on one page
//!
//! ```
//! use repono_sdk::{
//!     Call, Collection, Descriptor, Exporter, Facet, Format, Plugin, Problems, Schema, Search, Value, json,
//! };
//!
//! struct Minerals;
//!
//! impl Plugin for Minerals {
//!     fn descriptor() -> Descriptor {
//!         Descriptor::new("minerals", "1.0.0", "Mineral samples of the museum.")
//!     }
//! }
//!
//! impl Schema for Minerals {
//!     fn collections() -> Vec<Collection> {
//!         let schema = json!({
//!             "type": "object",
//!             "required": ["title"],
//!             "properties": {
//!                 "title": { "type": "string", "minLength": 3 },
//!                 "hardness": { "type": "number", "minimum": 1, "maximum": 10 },
//!                 "locality": { "type": "string" },
//!             },
//!         });
//!         let search = Search::new()
//!             .text("metadata.title")
//!             .double("metadata.hardness")
//!             .keyword("metadata.locality")
//!             .default_fields(["metadata.title^3"])
//!             .facet(Facet::terms("locality", "Localities", "metadata.locality"))
//!             .sort("hardness", "Hardest first", ["-metadata.hardness"])
//!             .suggest(["metadata.title"]);
//!
//!         vec![Collection::new("minerals").version(1).schema(schema).search(search)]
//!     }
//!
//!     fn check(_call: &Call, _collection: &str, body: &mut Value, problems: &mut Problems) {
//!         let title = body["metadata"]["title"].as_str().unwrap_or_default().trim().to_owned();
//!         if title.ends_with('?') {
//!             problems.warning("/metadata/title", "unsure", "Name the mineral, or leave the question mark out.");
//!         }
//!         body["metadata"]["title"] = title.into();
//!     }
//! }
//!
//! impl Exporter for Minerals {
//!     fn formats() -> Vec<Format> {
//!         vec![Format::new("label", "text/plain", "txt").collections(["minerals"])]
//!     }
//!
//!     fn serialise(_call: &Call, _format: &str, record: &Value) -> Result<Vec<u8>, String> {
//!         let title = record["metadata"]["title"].as_str().ok_or("a label needs a title")?;
//!         Ok(format!("{title}\n").into_bytes())
//!     }
//! }
//!
//! repono_sdk::plugin!(Minerals: schema, exporter);
//!
//! // Its tests call it directly.
//! let mut body = json!({ "metadata": { "title": " Quartz?" } });
//! let mut problems = Problems::new();
//! Minerals::check(&Call::default(), "minerals", &mut body, &mut problems);
//! assert_eq!(body["metadata"]["title"], "Quartz?");
//! assert_eq!(problems.iter().next().unwrap().code, "unsure");
//! ```
//!
//! # Rules of the house
//!
//! - Time and randomness come from [`Call`] alone, so that a call can be repeated.
//! - A panic becomes a trap: the call fails, its message is in the operator's log, and the
//!   instance is thrown away. No state outlives a call.
//! - What a plugin imports beyond [`log`](mod@log) it lists in [`Descriptor::capabilities`]: a task plugin
//!   `records`, who keeps something [`kv`], who asks the web [`fetch`].
//!
//! # Adding a hook to this crate
//!
//! 1. A module here with the trait and its description types.
//! 2. A line in [`raw`] that generates the bindings of the hook's world.
//! 3. A module in `glue` that implements the generated `Guest` for `Export<P>`.
//! 4. A line in [`plugin!`].

mod plugin;

mod call;
mod exporter;
mod indexer;
mod schema;
mod task;
mod vocabularies;

pub mod fetch;
pub mod kv;
pub mod log;

#[doc(hidden)]
pub mod glue;
pub mod raw;

pub use serde_json::{self, Value, json};

pub use call::{Call, Doc, Failure};
pub use exporter::{Exporter, Format};
pub use indexer::{Index, Indexer};
pub use plugin::{Descriptor, Plugin};
pub use schema::{Collection, Facet, Problem, Problems, Schema, Search, Severity};
pub use task::{Kind, Outcome, Task, TaskHost};
pub use vocabularies::{Vocabularies, Vocabulary};
