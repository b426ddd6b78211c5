//! What runs in a server: answering HTTP, indexing, and work in the background.
//!
//! In one process all roles run together. Apart they need a database that they share, which the
//! embedded one is not: [`apart`] says so. Every process also tells the others that it lives,
//! follows what they put in force (`node`), and counts what waits (`health`).

mod clock;
mod health;
mod node;
mod process;
mod refill;
mod runtime;
mod schedule;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use repono_service::Services;
use repono_service::indexing::{self, Indexer};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) use self::clock::{keep_time, tell_the_time};
pub(crate) use self::process::run;
pub(crate) use self::runtime::{compiler, runtime};
use crate::config::Config;
use crate::failure::{Code, failure};

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Answers HTTP.
    Serve,
    /// Indexes what was not indexed at once.
    Relay,
    /// Does tasks.
    Work,
    /// Queues tasks that are due.
    Schedule,
}

impl Role {
    /// One process for everything.
    pub const ALL: [Self; 4] = [Self::Serve, Self::Relay, Self::Work, Self::Schedule];

    /// As commands and people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Relay => "relay",
            Self::Work => "work",
            Self::Schedule => "schedule",
        }
    }
}

/// The API over these services; of a process that does not serve, how it is.
pub(crate) fn http(
    services: &Arc<Services>,
    local_secret: &str,
    config: &Config,
    roles: &BTreeSet<Role>,
) -> Router {
    let options = repono_api::Options {
        local_admin_secret: Some(local_secret.to_owned().into()),
        max_body_bytes: config.server.body_limit_bytes,
        max_plugin_bytes: config.plugins.limits.file_bytes,
        max_line_bytes: config.records.max_document_bytes,
        request_timeout: config.server.request_timeout(),
        trusted_proxies: config.server.trusted_proxies.clone(),
    };
    if roles.contains(&Role::Serve) {
        repono_api::router(Arc::clone(services), options)
    } else {
        repono_api::health_router(Arc::clone(services), options)
    }
}

/// The short cut from a commit to the index: runs wherever something is written.
pub(crate) fn short_cut(services: &Arc<Services>, stop: &CancellationToken) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    loops.spawn(Indexer::run(services.as_system(), stop.clone()));
    loops
}

/// Signs of life, following other nodes, and the roles that work in the background.
pub(crate) fn background(
    loops: &mut JoinSet<()>,
    services: &Arc<Services>,
    config: &Config,
    roles: &BTreeSet<Role>,
    stop: &CancellationToken,
) {
    loops.spawn(node::live(services.as_system(), stop.clone()));
    loops.spawn(node::follow(services.as_system(), stop.clone()));
    if services.settings.shared {
        loops.spawn(node::follow_webhooks(services.as_system(), stop.clone()));
    }
    loops.spawn(health::run(services.as_system(), config.metrics.count(), stop.clone()));
    if roles.contains(&Role::Relay) {
        loops.spawn(indexing::relay(services.as_system(), stop.clone()));
        if services.broker.is_some() {
            loops.spawn(refill::run(services.as_system(), stop.clone()));
        }
    }
    if roles.contains(&Role::Work) {
        work::spawn(loops, services, &config.tasks, stop);
    }
    if roles.contains(&Role::Schedule) && config.tasks.scheduled {
        loops.spawn(schedule::run(services.as_system(), stop.clone()));
    }
}

/// Refuses a role apart from the others on backends that belong to one process.
pub(crate) fn apart(config: &Config, role: Role) -> anyhow::Result<()> {
    let own = [("database.url", &config.database.url), ("search.url", &config.search.url)]
        .into_iter()
        .find(|(_, url)| url.is_empty());
    let Some((setting, _)) = own else { return Ok(()) };
    let role = role.as_str();
    Err(failure(
        Code::Usage,
        format!(
            "a process of its own for `{role}` needs services that the processes share, and {setting} names none; without it `repono serve` does all the work"
        ),
    ))
}
