//! Work that is asked for again and again, at its times.
//!
//! A schedule comes from a plugin's manifest, from the configuration or from a person. Firing one is a
//! transaction: it stores the task and moves the schedule on from the revision that was read. So each
//! tick makes one task, however many try, and wherever one of them is killed.

mod amend;
mod change;
mod create;
mod fire;
mod follow;
mod judge;
mod list;
mod pause;
mod remove;
mod resume;
mod run;
mod times;

pub use change::change;
pub use create::create;
pub use fire::fire_due;
pub use follow::{follow, follow_configuration};
pub use list::{ScheduleState, broken, list, read};
pub use pause::pause;
pub use remove::remove;
pub use resume::resume;
pub use run::run;
