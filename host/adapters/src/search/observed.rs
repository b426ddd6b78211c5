//! A search engine, with all that is asked of it measured and made a part of the trace that it is
//! asked in.

use std::sync::OnceLock;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{Histogram, Unit, describe_histogram, histogram};
use repono_service::ports::{
    IndexDefinition, IndexName, IndexWrite, ItemFailure, SearchIndex, SearchRequest,
    SearchResponse, Visible,
};
use repono_service::{Kind, Result};
use tracing::Instrument as _;
use tracing::field::Empty;

const DURATION: &str = "repono_search_request_duration_seconds";

/// Says what the metrics of search engines mean.
pub(crate) fn describe() {
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "What was asked of the search engine; writes until they can be found, where that was asked."
    );
}

/// An engine that is observed.
pub struct ObservedSearch<S> {
    engine: S,
    system: &'static str,
    durations: [[OnceLock<Histogram>; OUTCOMES.len()]; OPERATIONS.len()],
}

const OPERATIONS: [&str; 10] = [
    "create", "remove", "indices", "write", "search", "versions", "count", "unclean", "repaired",
    "ping",
];

const OUTCOMES: [&str; 4] = ["ok", "refused", "unavailable", "internal"];

impl<S: SearchIndex> ObservedSearch<S> {
    /// `system` is the engine's name as OpenTelemetry has it: `opensearch`.
    pub fn new(engine: S, system: &'static str) -> Self {
        let durations = [const { [const { OnceLock::new() }; OUTCOMES.len()] }; OPERATIONS.len()];
        Self { engine, system, durations }
    }

    /// The engine itself.
    pub fn engine(&self) -> &S {
        &self.engine
    }

    async fn observe<T>(
        &self,
        operation: &'static str,
        index: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let span = tracing::debug_span!(
            "search.request",
            otel.name = %format_args!("{operation} {index}"),
            otel.kind = "client",
            otel.status_code = Empty,
            "error.type" = Empty,
            db.system.name = self.system,
            db.operation.name = operation,
            db.collection.name = index,
        );
        let begun = Instant::now();
        let answer = work.instrument(span.clone()).await;
        let took = begun.elapsed();
        let outcome = match answer.as_ref().err().map(repono_service::Error::kind) {
            None => 0,
            Some(Kind::Unavailable) => 2,
            Some(Kind::Internal) => 3,
            Some(_) => 1,
        };
        if outcome > 1 {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", OUTCOMES[outcome]);
        }
        let place = OPERATIONS.iter().position(|known| *known == operation).unwrap_or_default();
        let duration = self.durations[place][outcome].get_or_init(|| {
            let labels = [
                ("db_system_name", self.system),
                ("operation", operation),
                ("outcome", OUTCOMES[outcome]),
            ];
            histogram!(DURATION, &labels)
        });
        duration.record(took);
        answer
    }
}

#[async_trait]
impl<S: SearchIndex> SearchIndex for ObservedSearch<S> {
    async fn create(&self, index: &IndexName, definition: &IndexDefinition) -> Result<()> {
        self.observe("create", &index.0, self.engine.create(index, definition)).await
    }

    async fn remove(&self, index: &IndexName) -> Result<()> {
        self.observe("remove", &index.0, self.engine.remove(index)).await
    }

    async fn indices(&self) -> Result<Vec<IndexName>> {
        self.observe("indices", "", self.engine.indices()).await
    }

    async fn write(
        &self,
        index: &IndexName,
        writes: Vec<IndexWrite>,
        visible: Visible,
    ) -> Result<Vec<ItemFailure>> {
        self.observe("write", &index.0, self.engine.write(index, writes, visible)).await
    }

    async fn search(&self, index: &IndexName, request: &SearchRequest) -> Result<SearchResponse> {
        self.observe("search", &index.0, self.engine.search(index, request)).await
    }

    async fn versions(
        &self,
        index: &IndexName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        self.observe("versions", &index.0, self.engine.versions(index, after, limit)).await
    }

    async fn count(&self, index: &IndexName) -> Result<u64> {
        self.observe("count", &index.0, self.engine.count(index)).await
    }

    async fn unclean(&self, index: &IndexName) -> Result<bool> {
        self.observe("unclean", &index.0, self.engine.unclean(index)).await
    }

    async fn repaired(&self, index: &IndexName) -> Result<()> {
        self.observe("repaired", &index.0, self.engine.repaired(index)).await
    }

    async fn ping(&self) -> Result<()> {
        self.observe("ping", "", self.engine.ping()).await
    }
}
