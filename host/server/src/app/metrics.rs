//! What Prometheus asks for: an address of its own, so that nobody who reads the repository reads how
//! it is.
//!
//! One recorder counts for the whole process: handles belong to it that are made after it was
//! installed, so it comes before everything that counts.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use metrics::{Unit, describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use repono_adapters::sql::PoolState;
use tokio::net::TcpListener;
use tokio::task::{JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::backends::Database;
use super::{http, start};
use crate::config::{MetricsSection, ServerSection};

/// Scrapes come one at a time, and another from a person.
const CONNECTIONS: usize = 8;
/// How often what was measured is added up, so that it does not gather until the next scrape.
const UPKEEP: Duration = Duration::from_secs(5);

/// From a record out of the cache to a request that is given up.
const SECONDS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Tasks take longer than anybody waits.
const OF_TASKS: [f64; 10] = [0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0];

const CONNECTION_COUNT: &str = "db_client_connection_count";
const CONNECTION_MAX: &str = "db_client_connection_max";
const BUILD: &str = "repono_build_info";

/// The recorder of this process, installed when it is first asked for.
///
/// # Errors
/// When somebody else installed one.
pub(crate) fn recorder() -> anyhow::Result<PrometheusHandle> {
    static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        .set_buckets_for_metric(
            Matcher::Full("repono_task_duration_seconds".to_owned()),
            &OF_TASKS,
        )?
        .install_recorder()
        .context("metrics cannot be counted")?;
    describe();
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(installed.insert(recorder).clone())
}

fn describe() {
    repono_api::describe_metrics();
    repono_service::describe_metrics();
    repono_adapters::describe_metrics();
    repono_wasm::describe_metrics();
    metrics_process::Collector::default().describe();
    describe_gauge!(CONNECTION_COUNT, "Connections of the pool that are open.");
    describe_gauge!(CONNECTION_MAX, "Connections that the pool opens at the most.");
    describe_gauge!(BUILD, Unit::Count, "The version of the program.");
}

/// Where scrapes will be answered.
pub(super) struct Bound {
    recorder: PrometheusHandle,
    listener: TcpListener,
    address: SocketAddr,
}

/// Where scrapes are answered.
pub(super) struct Metrics {
    pub(super) address: SocketAddr,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

/// What an answer is made of.
#[derive(Clone)]
struct Scraped {
    recorder: PrometheusHandle,
    database: Database,
    process: metrics_process::Collector,
}

impl Bound {
    /// Counts from now on; nothing if the operator wants no metrics.
    pub(super) async fn to(section: &MetricsSection) -> anyhow::Result<Option<Self>> {
        if section.listen.is_empty() {
            return Ok(None);
        }
        let recorder = recorder()?;
        let listener =
            start::bind(&section.listen, "set metrics.listen to another address").await?;
        let address = listener.local_addr()?;
        Ok(Some(Self { recorder, listener, address }))
    }

    /// Answers scrapes until it is stopped.
    pub(super) fn serve(self, database: Database, section: &ServerSection) -> Metrics {
        let Self { recorder, listener, address } = self;
        let scraped = Scraped {
            recorder: recorder.clone(),
            database,
            process: metrics_process::Collector::default(),
        };
        let router = Router::new().route("/metrics", get(scrape)).with_state(scraped);
        let section = ServerSection { max_connections: CONNECTIONS, ..section.clone() };
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(http::serve(listener, router, section, stop.clone()));
        tasks.spawn(keep_up(recorder, stop.clone()));
        tracing::info!("metrics are at {}/metrics", start::reachable(address));
        Metrics { address, tasks, stop }
    }
}

impl Metrics {
    /// Ends, scrapes under way cut off.
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        self.tasks.shutdown().await;
    }
}

async fn keep_up(recorder: PrometheusHandle, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
        let recorder = recorder.clone();
        if spawn_blocking(move || recorder.run_upkeep()).await.is_err() {
            return;
        }
    }
}

async fn scrape(State(scraped): State<Scraped>) -> Response {
    match spawn_blocking(move || scraped.told()).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
            .into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Scraped {
    /// What is known without asking anybody.
    fn told(&self) -> String {
        self.process.collect();
        let PoolState { max, open, idle } = self.database.pool();
        gauge!(CONNECTION_MAX).set(max);
        gauge!(CONNECTION_COUNT, "db_client_connection_state" => "idle").set(idle);
        let used = open.saturating_sub(idle);
        gauge!(CONNECTION_COUNT, "db_client_connection_state" => "used").set(used);
        self.recorder.render()
    }
}
