//! Loads and calls plugins.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail them")]

mod guest;
mod kept_and_fetched;
mod limits;
mod real_guests;
mod refusals;
mod support;
mod tasks;
mod warm_start;
