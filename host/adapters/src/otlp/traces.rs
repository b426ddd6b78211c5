//! The port, over the spans that are OpenTelemetry's.

use std::collections::HashSet;
use std::num::{NonZeroU64, NonZeroU128};

use ::opentelemetry::Context;
use ::opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use repono_domain::TraceParent;
use repono_service::ports::Traces;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// A span links to so many at most.
pub(super) const MOST_LINKS: u32 = 128;

/// Reads and changes the spans themselves; there is nothing to keep.
pub(super) struct SpanTraces;

impl Traces for SpanTraces {
    fn current(&self) -> Option<TraceParent> {
        let context = Context::current();
        let span = context.span();
        let span = span.span_context();
        Some(TraceParent {
            trace: NonZeroU128::new(u128::from_be_bytes(span.trace_id().to_bytes()))?,
            span: NonZeroU64::new(u64::from_be_bytes(span.span_id().to_bytes()))?,
            flags: span.trace_flags().to_u8(),
        })
    }

    fn follow(&self, span: &Span, asked_in: &[TraceParent]) {
        let Some(first) = asked_in.first() else { return };
        let mut seen = HashSet::new();
        let of_each = asked_in.iter().filter(|parent| seen.insert(parent.trace));
        let of_each: Vec<_> = of_each.take(MOST_LINKS as usize).collect();
        let parent = match of_each[..] {
            [_] => Context::new().with_remote_span_context(remote(first)),
            _ => Context::new(),
        };
        // It fails for spans that are not recorded, which need no parent.
        if span.set_parent(parent).is_ok() && of_each.len() > 1 {
            for parent in of_each {
                span.add_link(remote(parent));
            }
        }
    }
}

fn remote(parent: &TraceParent) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(parent.trace.get().to_be_bytes()),
        SpanId::from_bytes(parent.span.get().to_be_bytes()),
        TraceFlags::new(parent.flags),
        true,
        TraceState::NONE,
    )
}
