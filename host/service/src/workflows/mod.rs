//! Workflows: tasks that begin when others are over. What becomes of them is decided where their ends are
//! stored, see [`crate::ports::Tasks`].

mod cancel;
mod read;
mod start;

pub use cancel::cancel;
pub use read::{Workflow, read};
pub use start::{NewStep, NewWorkflow, start};

/// A workflow has so many tasks at most.
pub const MOST_TASKS: usize = 1000;
