//! The HTTP API: `InvenioRDM`'s wire format and the administrators' routes.
//!
//! A handler translates, and nothing more: it reads a request into the words of a use case, calls
//! it, and writes down what came of it.
//!
//! **Invariant:** nothing but `error.rs` knows which status a failure has.
//!
//! # Adding a route
//!
//! 1. A file named by its verb in the folder of its resource, with one function `handler` that
//!    carries its `#[utoipa::path]`.
//! 2. Its line in `router.rs`, with the ordinary routes or, if it may take long, with the long ones.
//! 3. If it brings a new first segment below `/api`: that segment in [`RESERVED_NAMES`].
//! 4. The `OpenAPI` document taken over: `ACCEPT=1 cargo test -p repono-api openapi`.
//! 5. Its line in the table of `tests/it/unauthorized.rs`, and a test of its name beside it.

mod admin;
mod answer;
mod envelope;
mod error;
mod extract;
mod health;
mod jobs;
mod limit;
mod lines;
mod me;
mod meter;
mod not_yet;
mod openapi;
mod options;
mod records;
mod reserved;
mod router;
mod vocabularies;

pub use meter::describe_metrics;
pub use openapi::openapi;
pub use options::{Options, Secret};
pub use reserved::RESERVED_NAMES;
pub use router::{health_router, router};
