//! DOIs that are given here, brought in line with their records at the registration agency.
//!
//! Whoever changes a record follows its DOI in the same transaction: the DOI's row says that the agency has
//! to be told, and a task of the kind `repono.register-doi` tells it. The task looks at what is stored
//! then, so that it does no harm to do it twice, late, or for nothing.
//!
//! The DOIs of this repository are those that it has given itself: `{prefix}/{id of the version or the
//! work}`. It touches no other.
//!
//! **Invariant:** nobody who changes a record waits for the agency, and none of its failures is theirs.

mod follow;
mod list;
mod metadata;
mod register;
mod retry;
mod unregistered;

pub use list::{count_failed, list, read};
pub use retry::{retry, retry_failed};

pub(crate) use follow::{follow, follow_draft};
pub(crate) use register::{KIND, register};
pub(crate) use unregistered::register_unregistered;
