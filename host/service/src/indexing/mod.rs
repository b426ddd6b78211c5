//! Keeping the search index in line with the database.
//!
//! The outbox is the promise, the [`Indexer`] the short cut: the serving process indexes at once what
//! it has written and strikes the promise out; the [`relay()`] keeps every promise that is left. What is
//! written to the index is always what the database says *now*, in the order of the parent's
//! revision, so repeats and any order are harmless.
//!
//! Beside promises there are looks: an index is compared with the database in ranges of ids
//! (`range`), what differs is mended (`mend`), and so an index is filled (`fill`), verified before it is
//! put in use (`verify`), and kept in line (`reconcile`).
//!
//! **Invariant:** nothing here decides whether a change is accepted; it is durable already.

mod drift;
mod fill;
mod index_batch;
mod indexer;
mod mend;
mod options;
mod pace;
mod portions;
mod progress;
mod quarantine;
mod range;
mod rebuild;
mod reconcile;
mod relay;
mod retry;
mod state;
mod verify;

pub use drift::Drift;
pub use fill::Filled;
pub(crate) use fill::{fill, repair};
pub(crate) use index_batch::DRAFT;
pub use index_batch::{Verdict, index_batch};
pub use indexer::{Indexer, Job};
pub use options::IndexingOptions;
pub use progress::Progress;
pub use rebuild::{Rebuild, rebuild, rollback};
pub(crate) use reconcile::compare;
pub use reconcile::reconcile;
pub use relay::relay;
pub use retry::retry;
pub use state::{CollectionState, IndexState, state};
pub use verify::Verified;

use repono_domain::{CollectionName, TraceParent};
use tracing::Span;

use crate::Context;

/// A span for a batch, which goes on with what its changes were made in.
fn batch_span(
    ctx: &Context,
    collection: &CollectionName,
    records: usize,
    asked_in: impl Iterator<Item = TraceParent>,
) -> Span {
    let span = tracing::debug_span!(
        "indexing.batch",
        otel.kind = "consumer",
        %collection,
        messaging.batch.message_count = records,
    );
    if !span.is_disabled() {
        ctx.traces.follow(&span, &asked_in.collect::<Vec<_>>());
    }
    span
}
