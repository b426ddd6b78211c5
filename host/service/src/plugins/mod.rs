//! Plugins: brought in, put in force, taken back, while the repository works.
//!
//! What is in force is one immutable [`ActiveSet`](crate::collections::ActiveSet), replaced as a
//! whole; a call that has begun finishes on the set it began with.

mod activate;
mod assemble;
mod bounds;
mod call;
mod fetch;
mod install;
mod kv;
mod list;
mod migrate;
mod remove;
mod rollback;
mod settle;
mod start;
mod swap;

pub use activate::{Step, activate};
pub use bounds::PluginBounds;
pub use install::{Installed, install};
pub use kv::kept;
pub use list::{PluginState, list};
pub use remove::{deactivate, remove};
pub use rollback::rollback;
pub use start::{Shipped, start};

pub(crate) use call::{call, failed};
pub(crate) use fetch::fetch;
pub(crate) use kv::put;
pub(crate) use start::load_all;
pub(crate) use swap::{new_index, next_index, put_index_in_use};
