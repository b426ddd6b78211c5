//! One process of a repository that may consist of many.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A process, as it tells the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Drawn at its start.
    pub id: String,
    /// Of its machine.
    pub name: String,
    /// What it does: `serve`, `work`, `schedule`, `relay`.
    pub roles: Vec<String>,
    /// Of the program.
    pub version: String,
    /// By its own clock.
    pub started: Timestamp,
    /// Its last sign of life, by its own clock.
    pub seen: Timestamp,
    /// What it has in force: as the database counts.
    pub generation: u64,
    /// Why it has nothing newer in force.
    pub problem: Option<String>,
    /// Queues that its workers take tasks of, by name. None: it does not say.
    pub works_on: Option<Vec<WorkedQueue>>,
}

/// A queue that a process works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkedQueue {
    /// Its name.
    pub queue: String,
    /// How many workers have no other. None: those that queues share work on it.
    pub workers: Option<u32>,
}
