//! Traces, sent to an OpenTelemetry collector: OTLP over HTTP, as protocol buffers.
//!
//! What is traced are the spans of our own crates. [`Telemetry::layer`] makes OpenTelemetry's of them,
//! a thread of its own sends them in batches (`collector`), and [`Telemetry::traces`] is the port.
//!
//! **Invariant:** nothing waits for the collector. What finds no room in the queue is dropped.

mod collector;
#[cfg(test)]
mod tests;
mod traces;

use std::sync::Arc;
use std::time::Duration;

use ::opentelemetry::KeyValue;
use ::opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanLimits,
};
use repono_service::ports::Traces;
use repono_service::{Error, Result};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use self::collector::Collector;
use self::traces::SpanTraces;

/// Batches that were sent, and that were lost.
const EXPORTS: &str = "repono_telemetry_exports_total";

/// Where the collector takes traces, below its address.
const PATH: &str = "v1/traces";
/// Spans that wait to be sent; with the largest that limits allow, some tens of megabytes.
const WAITING: usize = 4_096;
/// Spans that are sent at a time.
const BATCH: usize = 512;
const PAUSE: Duration = Duration::from_secs(2);
/// How long sending a batch may take, tries included.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long what waits may take to be sent at the end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Spans that begin something; others are recorded as parts of it, or not at all, so that a loop that
/// looks for work once a second leaves no trace.
const BEGINNINGS: [&str; 3] = ["http.request", "indexing.batch", "tasks.work"];
/// The log's own span of a request, which says the same as the trace's.
const OF_THE_LOG: &str = "request";

/// Where traces go, and how much is recorded.
#[derive(Clone, Debug)]
pub struct TelemetryOptions {
    /// The collector's address: `http://127.0.0.1:4318`.
    pub collector: Url,
    /// The part of traces that begin here and are recorded, from 0 to 1. A trace that began elsewhere
    /// is recorded if it is recorded there.
    pub ratio: f64,
    /// What this process is, in OpenTelemetry's words: `service.name` and the like.
    pub resource: Vec<(&'static str, String)>,
}

/// Traces on their way to a collector.
pub struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Begins to send to the collector, whether it is there or not. Within a Tokio runtime, which must
    /// outlive it.
    ///
    /// # Errors
    /// `Invalid` in a sentence if the options cannot be used.
    pub fn start(options: &TelemetryOptions) -> Result<Self> {
        let address = endpoint(&options.collector)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(address.as_str())
            .with_timeout(PATIENCE)
            .with_http_client(Collector::new(address, PATIENCE)?)
            .build()
            .map_err(|error| Error::internal("traces cannot be sent", error))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(PAUSE)
            .build();
        let resource =
            options.resource.iter().map(|(name, value)| KeyValue::new(*name, value.clone()));
        let resource = Resource::builder_empty().with_attributes(resource).build();
        let sampler = Sampler::TraceIdRatioBased(options.ratio.clamp(0.0, 1.0));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(
                BatchSpanProcessor::builder(exporter).with_batch_config(batches).build(),
            )
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_span_limits(SpanLimits {
                max_events_per_span: 32,
                max_attributes_per_span: 32,
                max_links_per_span: traces::MOST_LINKS,
                max_attributes_per_event: 16,
                max_attributes_per_link: 0,
            })
            .with_resource(resource)
            .build();
        Ok(Self { provider })
    }

    /// Makes spans OpenTelemetry's.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.provider.tracer("repono");
        let filter = dynamic_filter_fn(|metadata: &Metadata<'_>, context| {
            is_traced(metadata)
                && (BEGINNINGS.contains(&metadata.name()) || context.lookup_current().is_some())
        });
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(filter.with_callsite_filter(|metadata| {
                if is_traced(metadata) {
                    tracing::subscriber::Interest::sometimes()
                } else {
                    tracing::subscriber::Interest::never()
                }
            }))
    }

    /// The port, for spans that [`Telemetry::layer`] sees.
    pub fn traces(&self) -> Arc<dyn Traces> {
        Arc::new(SpanTraces)
    }

    /// Sends what waits, for some seconds at most. It blocks its thread.
    pub fn stop(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(error = %error, "the last traces were not sent");
        }
    }
}

/// Says what the metrics of sending traces mean.
pub(crate) fn describe() {
    metrics::describe_counter!(
        EXPORTS,
        "Batches of spans that the collector took, and those it did not."
    );
}

fn is_traced(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("repono")
        && *metadata.level() <= Level::DEBUG
        && metadata.name() != OF_THE_LOG
}

/// An address with a path of its own is taken as it is.
fn endpoint(collector: &Url) -> Result<Url> {
    if !matches!(collector.scheme(), "http" | "https") {
        let what = "the address of the collector begins with neither http:// nor https://";
        return Err(Error::Invalid(what.to_owned()));
    }
    let mut endpoint = collector.clone();
    if matches!(endpoint.path(), "" | "/") {
        endpoint.set_path(PATH);
    }
    Ok(endpoint)
}
