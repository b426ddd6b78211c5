//! Suites that every adapter of a port runs.
//!
//! An adapter's test makes an empty backend on a [`HeldClock`] and calls its port's
//! `keeps_the_contract`. What a port's docs promise is a function with a sentence for a name here.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "suites are tests that live in the crate they are about"
)]

pub mod accounts;
pub mod announcements;
pub mod broker;
pub mod cache;
mod clock;
pub mod counters;
pub mod dois;
pub mod fetch;
pub mod indices;
pub mod kv;
pub mod letters;
pub mod mailer;
pub mod nodes;
pub mod outbox;
pub mod packages;
pub mod processes;
pub mod queue;
pub mod records;
pub mod registration_agency;
mod samples;
pub mod schedules;
pub mod search;
pub mod texts;
mod together;
pub mod traces;
pub mod transactions;
pub mod vocabularies;
pub mod webhooks;
mod workflows;

pub use clock::HeldClock;
pub use traces::HeldTrace;
