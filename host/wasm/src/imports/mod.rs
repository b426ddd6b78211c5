//! What a plugin may import, one file per interface.

mod log;
mod records;
mod task_host;

pub(crate) use log::LogBook;

use crate::bindings::types_v1::Host;
use crate::state::State;

impl Host for State {}
