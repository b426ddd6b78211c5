//! Traces that go on where a queue or another process comes between.

use repono_domain::TraceParent;
use tracing::Span;

/// Knows the trace that is recorded of what happens here. Within a process spans follow one another
/// by themselves; this is for what leaves it or lies in a queue.
pub trait Traces: Send + Sync {
    /// The span that is entered here; none when nothing is recorded.
    fn current(&self) -> Option<TraceParent>;

    /// Makes `span` go on with what it was asked for in. All of one trace: it is a part of that, and
    /// follows the first. Of several: it begins one of its own, with a link to each.
    ///
    /// Only before the span is entered for the first time.
    fn follow(&self, span: &Span, asked_in: &[TraceParent]);
}

/// Nothing is recorded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untraced;

impl Traces for Untraced {
    fn current(&self) -> Option<TraceParent> {
        None
    }

    fn follow(&self, _: &Span, _: &[TraceParent]) {}
}
