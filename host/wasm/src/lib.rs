//! Runs plugins: the only crate that knows wasmtime.
//!
//! [`WasmRuntime`] makes a plugin of a file: reads what the file is (`anatomy`), whether it keeps
//! the contract (`contract`) and asks for no more than it was granted (`grants`), compiles it in a
//! process of its own (`compile`) and asks it once for all that it says of itself (`describe`).
//! After that a call (`call`) is a fresh instance on a thread that may block, with a deadline, a
//! limit of memory and a limit of what it may answer; what goes wrong becomes a sentence (`fault`).
//!
//! **Invariant:** no instance outlives its call, and no guest code runs on the executor's threads.
//!
//! # Adding a hook
//!
//! 1. Its interface in `wit/`, and its name in `contract`.
//! 2. `bindings/<hook>_v1.rs`: a `bindgen!` of its world.
//! 3. A field in `hooks::Hooks`.
//! 4. Its description in `describe`, its calls in `plugin`.
//!
//! # Adding an import
//!
//! 1. Its interface in `wit/host.wit`, and its name in `contract`.
//! 2. `imports/<interface>.rs`: its `Host` for [`state::State`].
//! 3. A line in `link`.

mod anatomy;
mod answers;
mod bindings;
mod call;
mod compile;
mod config;
mod contract;
mod describe;
mod engine;
mod fault;
mod grants;
mod hooks;
mod imports;
mod link;
mod meter;
mod plugin;
mod runtime;
mod slots;
mod state;
mod ticker;

pub use compile::{CompileError, compile_file};
pub use config::{Limits, WasmRuntimeConfig};
pub use meter::describe_metrics;
pub use runtime::{StartError, WasmRuntime};
