//! Walks through many pages see the index as it was when they left the first.
//!
//! Most searches are of one page, so that it is the second which makes the cluster hold still what it
//! has. The cursor carries a number by which this process finds that again; the cluster's own name
//! for it never leaves. A walk goes on without where the cluster cannot do this or has no room for
//! it, where the walk rested too long, or where another process answers: then it sees what has
//! changed meanwhile, and still no document twice that has not.

use std::time::Duration;

use moka::sync::Cache;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::debug;

use super::client::{Client, Content};
use super::layout::Layout;

/// At a time; the cluster keeps files for each.
const MOST: u64 = 64;
/// How long a walk may rest.
const KEPT: Duration = Duration::from_mins(1);
/// The same for the cluster.
const KEPT_BY_CLUSTER: &str = "1m";

pub(super) struct Snapshots {
    /// `None` if the cluster has none.
    open: Option<Cache<u64, Snapshot>>,
}

#[derive(Clone)]
struct Snapshot {
    name: String,
    /// Which index, and what is looked for in it.
    alias: String,
    search: u64,
}

#[derive(Deserialize)]
struct Opened {
    pit_id: String,
}

impl Snapshots {
    pub(super) fn new(cluster_has_them: bool) -> Self {
        let open = cluster_has_them
            .then(|| Cache::builder().max_capacity(MOST).time_to_idle(KEPT).build());
        Self { open }
    }

    /// The number of the snapshot that a walk goes on in: its own, or a new one if there is room.
    pub(super) async fn of_walk(
        &self,
        client: &Client,
        layout: &Layout,
        search: u64,
        number: Option<u64>,
    ) -> Option<u64> {
        let open = self.open.as_ref()?;
        let is_its_own = |known: &Snapshot| known.alias == layout.alias && known.search == search;
        if let Some(number) = number
            && open.get(&number).is_some_and(|known| is_its_own(&known))
        {
            return Some(number);
        }
        open.run_pending_tasks();
        if open.entry_count() >= MOST {
            return None;
        }
        let path = format!("{}/_search/point_in_time?keep_alive={KEPT_BY_CLUSTER}", layout.alias);
        match client.ask::<Opened>(&Method::POST, &path, Content::Nothing).await {
            Ok(Opened { pit_id }) => {
                let number = rand::random();
                let alias = layout.alias.clone();
                open.insert(number, Snapshot { name: pit_id, alias, search });
                Some(number)
            }
            Err(error) => {
                debug!("a walk goes on without a point in time: {error:?}");
                None
            }
        }
    }

    /// The cluster's `pit`.
    pub(super) fn said(&self, number: u64) -> Option<Value> {
        let known = self.open.as_ref()?.get(&number)?;
        Some(json!({ "id": known.name, "keep_alive": KEPT_BY_CLUSTER }))
    }

    pub(super) fn forget(&self, number: u64) {
        if let Some(open) = &self.open {
            open.invalidate(&number);
        }
    }
}
