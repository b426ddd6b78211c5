//! Work that is done later, by a plugin's `task` hook or by the repository itself.

mod after;
mod backoff;
mod brokered;
mod cancel;
mod enqueue;
mod failed;
mod host;
pub mod kinds;
mod list;
mod log;
mod own;
mod retry;
mod store;
mod work;

pub use brokered::Brokered;
pub use cancel::cancel;
pub use enqueue::{Enqueued, NewTask, Only, Start, check, enqueue, is_kind, prepare};
pub(crate) use enqueue::{checked_key, new_task};
pub use list::{depths, list, read};
pub use log::log;
pub use own::{OwnTask, own_tasks};
pub use retry::retry;
pub(crate) use store::store;
pub use work::{take, work_on};
