//! What runs in a server: answering HTTP, indexing, and work in the background.
//!
//! In one process all roles run together. Apart they need a database that they share, which the
//! embedded one is not: [`alone`] says so.

mod relay;
mod runtime;
mod schedule;
pub(crate) mod serve;
mod work;

use std::sync::Arc;

use axum::Router;
use repono_service::Services;
use repono_service::indexing::Indexer;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) use self::runtime::{compiler, runtime};
use crate::config::Config;
use crate::failure::{Code, failure};

/// Role `serve`: the API over these services.
pub(crate) fn http(services: &Arc<Services>, local_secret: &str, config: &Config) -> Router {
    let options = repono_api::Options {
        local_admin_secret: Some(local_secret.to_owned().into()),
        max_body_bytes: config.server.body_limit_bytes,
        max_plugin_bytes: config.plugins.limits.file_bytes,
        max_line_bytes: config.records.max_document_bytes,
        request_timeout: config.server.request_timeout(),
    };
    repono_api::router(Arc::clone(services), options)
}

/// The short cut from a commit to the index: runs wherever something is written.
pub(crate) fn indexing(services: &Arc<Services>, stop: &CancellationToken) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    loops.spawn(Indexer::run(services.as_system(), stop.clone()));
    loops
}

/// Roles `relay`, `work` and `schedule`.
pub(crate) fn background(
    loops: &mut JoinSet<()>,
    services: &Arc<Services>,
    config: &Config,
    stop: &CancellationToken,
) {
    loops.spawn(relay::run(services.as_system(), config.search.relay_poll(), stop.clone()));
    for _ in 0..config.tasks.workers {
        loops.spawn(work::run(services.as_system(), config.tasks.clone(), stop.clone()));
    }
    if config.tasks.scheduled {
        loops.spawn(schedule::run(services.as_system(), stop.clone()));
    }
}

/// Why `repono work` and the like do not start.
pub(crate) fn alone(role: &str) -> anyhow::Error {
    failure(
        Code::Usage,
        format!(
            "`repono {role}` needs a database that several processes share; on the embedded one `repono serve` does this work already, so there is nothing to start"
        ),
    )
}
