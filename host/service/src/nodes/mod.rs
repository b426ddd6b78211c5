//! The processes of the repository: each tells the others that it lives, and follows what any of
//! them puts in force.
//!
//! **Invariant:** what is in force changes while one node holds the duty [`ACTIVATION`], so that no
//! two change it at once and none takes an index that another fills for one that nobody uses.

mod alone;
mod duty;
mod follow;
mod list;
mod live;

pub(crate) use alone::{Alone, alone};
pub use duty::has_duty;
pub use follow::follow;
pub use list::{NodeState, list};
pub use live::{leave, live};

use jiff::SignedDuration;

/// To change what is in force.
const ACTIVATION: &str = "activation";

/// Who was silent for so long is not expected back.
const SILENCE: SignedDuration = SignedDuration::from_secs(15);

/// Who was silent for so long is forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// What a node has in force, as far as it differs from what the database says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// As the database counted when this node last followed it.
    pub generation: u64,
    /// Why it could not, if it could not.
    pub problem: Option<String>,
}
