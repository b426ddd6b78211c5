//! How far behind the work is that is done later. It is counted from time to time and remembered:
//! neither a probe nor a scrape waits for the database.

mod lagging;
mod look;

use std::collections::BTreeMap;

use repono_domain::CollectionName;

pub use lagging::{Lagging, lagging};
pub(crate) use look::describe;
pub use look::look;

use crate::ports::{Backlog, OutboxLag};

/// What was last counted.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Of collections with promises to the search index.
    pub lag: BTreeMap<CollectionName, OutboxLag>,
    /// Records that were given up.
    pub quarantined: BTreeMap<CollectionName, u64>,
    /// Of queues with something to see to.
    pub backlogs: Vec<Backlog>,
    /// Schedules that should fire and cannot, each with why.
    pub broken_schedules: Vec<(String, String)>,
}
