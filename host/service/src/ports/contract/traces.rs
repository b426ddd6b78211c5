//! [`crate::ports::Traces`]: what lies in a queue goes on in the trace in which it was asked for.

use repono_domain::TraceParent;
use tracing::Span;

use super::samples::trace;
use crate::ports::Traces;

/// As if everything happened in this span.
#[derive(Clone, Copy, Debug)]
pub struct HeldTrace(pub TraceParent);

impl Traces for HeldTrace {
    fn current(&self) -> Option<TraceParent> {
        Some(self.0)
    }

    fn follow(&self, _: &Span, _: &[TraceParent]) {}
}

/// Runs the whole suite where spans are recorded.
pub fn keeps_the_contract(traces: &dyn Traces) {
    outside_of_spans_there_is_no_trace(traces);
    spans_within_one_another_are_of_one_trace(traces);
    what_was_asked_for_in_one_trace_is_a_part_of_it(traces);
    what_was_asked_for_in_several_begins_one_of_its_own(traces);
    what_is_not_recorded_there_is_not_recorded_here(traces);
}

fn outside_of_spans_there_is_no_trace(traces: &dyn Traces) {
    assert_eq!(traces.current(), None);
}

fn spans_within_one_another_are_of_one_trace(traces: &dyn Traces) {
    let (outer, inner) =
        work().in_scope(|| (within(traces, &Span::current()), within(traces, &step())));

    assert_eq!(outer.trace, inner.trace);
    assert_ne!(outer.span, inner.span);
    assert_ne!(outer.trace, within(traces, &work()).trace);
}

fn what_was_asked_for_in_one_trace_is_a_part_of_it(traces: &dyn Traces) {
    let first = trace();
    let second = TraceParent { span: trace().span, ..first };
    for asked_in in [&[first][..], &[first, second], &[second, first, second]] {
        let span = work();

        traces.follow(&span, asked_in);

        let here = within(traces, &span);
        assert_eq!(here.trace, first.trace);
        assert!(!asked_in.contains(&here), "it is a span of its own");
    }
}

fn what_was_asked_for_in_several_begins_one_of_its_own(traces: &dyn Traces) {
    let asked_in: Vec<_> = (0..500).map(|_| trace()).collect();
    let span = work();

    traces.follow(&span, &asked_in);

    let here = within(traces, &span);
    assert!(asked_in.iter().all(|parent| parent.trace != here.trace));
}

fn what_is_not_recorded_there_is_not_recorded_here(traces: &dyn Traces) {
    let unrecorded = TraceParent { flags: 0, ..trace() };
    let span = work();

    traces.follow(&span, &[unrecorded]);

    let here = within(traces, &span);
    assert_eq!((here.trace, here.flags), (unrecorded.trace, 0));
}

/// Begins something.
fn work() -> Span {
    tracing::info_span!("tasks.work")
}

/// A part of something.
fn step() -> Span {
    tracing::info_span!("step")
}

fn within(traces: &dyn Traces, span: &Span) -> TraceParent {
    span.in_scope(|| traces.current()).unwrap()
}
