//! The contract as `bindgen!` gives it: one module per hook and version.
//!
//! One world per hook, because a world's bindings want all its exports, and a plugin has but some.
//! A new version of an interface is a new module beside the old one, which is adapted to it.

#![expect(unreachable_pub, reason = "generated")]

pub mod exporter_v1;
pub mod imports_v1;
pub mod indexer_v1;
pub mod manifest_v1;
pub mod schema_v1;
pub mod task_v1;
pub mod types_v1;
pub mod vocabularies_v1;
