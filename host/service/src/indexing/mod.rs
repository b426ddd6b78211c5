//! Keeping the search index in line with the database.
//!
//! The outbox is the promise, the [`Indexer`] the short cut: the serving process indexes at once what
//! it has written and strikes the promise out; the relay keeps every promise that is left. What is
//! written to the index is always what the database says *now*, in the order of the parent's
//! revision, so repeats and any order are harmless.
//!
//! **Invariant:** nothing here decides whether a change is accepted; it is durable already.

mod index_batch;
mod indexer;
mod rebuild;
mod reconcile;
mod relay;
mod state;

pub(crate) use index_batch::DRAFT;
pub use index_batch::{Verdict, index_batch};
pub use indexer::{Indexer, Job};
pub use rebuild::{Progress, rebuild};
pub use reconcile::{Drift, reconcile};
pub use relay::relay_once;
pub use state::{CollectionState, IndexState, state};
