//! `repono:plugin/types@1.0.0`: what all other bindings share.

pub use super::manifest_v1::repono::plugin::types::*;
