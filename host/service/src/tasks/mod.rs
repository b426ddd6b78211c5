//! Work that is done later, by a plugin's `task` hook.

mod brokered;
mod cancel;
mod enqueue;
mod host;
mod list;
mod retry;
mod work;

pub use brokered::Brokered;
pub use cancel::cancel;
pub use enqueue::{check, enqueue, is_kind, prepare};
pub use list::{depths, list, read};
pub use retry::retry;
pub use work::work_once;
