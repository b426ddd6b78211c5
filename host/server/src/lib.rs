//! The program `repono`: puts the parts together, and gives people commands.
//!
//! [`app`] is the whole server in one value; `roles` is what runs in it; `commands` is the command
//! line, each command a client of the API of the server that runs, or of one that it starts for
//! itself (`client`). [`config`] says what may be set.
//!
//! **Invariant:** no command reaches into the data folder past the server, but for the lock.
//!
//! # Adding a command
//!
//! 1. `commands/<noun>.rs` with its arguments, help with examples included, and `run`.
//! 2. A line in `commands::Command` and one in `commands::run`.

pub mod app;
mod client;
mod commands;
pub mod config;
mod embedded;
mod failure;
mod logging;
mod output;
mod roles;
mod telemetry;

pub use commands::main;
