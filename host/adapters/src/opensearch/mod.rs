//! OpenSearch and Elasticsearch: a cluster elsewhere that keeps the indices.
//!
//! How an index is laid out there is in `layout`, which there are in `catalogue`, what a document becomes in `document`, how it gets
//! there in `bulk` and `refresh`, and how it is found in `query`, `order`, `facets`, `search` and
//! `snapshots`. `client` speaks with the nodes.
//!
//! **Invariant:** no other index of the cluster is read, written or removed: every request names one
//! index by its prefix and the alias of its definition, or a snapshot of one.

mod bulk;
mod catalogue;
mod client;
mod document;
mod facets;
mod layout;
mod listing;
mod nodes;
mod options;
mod order;
mod pressure;
mod query;
mod refresh;
mod search;
mod snapshots;
mod template;
#[cfg(test)]
mod tests;
mod trouble;
mod version;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use repono_service::ports::{
    IndexDefinition, IndexName, IndexWrite, ItemFailure, SearchIndex, SearchRequest,
    SearchResponse, Visible,
};
use repono_service::{Error, Kind, Result};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use tracing::info;

use self::bulk::Bulk;
use self::client::{Client, Content};
use self::layout::{Layout, Meta, Names};
pub use self::options::{BulkOptions, SearchOptions};
use self::pressure::Pressure;
use self::snapshots::Snapshots;
use self::trouble::may_be_gone;
use self::version::{Root, Version};
use crate::search::{not_found, other_definition, unavailable};

/// Indices in a cluster.
pub struct OpenSearch {
    client: Client,
    names: Names,
    options: SearchOptions,
    version: Version,
    /// Of indices that were used. An index that is made anew elsewhere has another alias, so what is
    /// remembered of it is found out.
    layouts: Mutex<HashMap<IndexName, Arc<Layout>>>,
    snapshots: Snapshots,
    pressure: Pressure,
}

impl OpenSearch {
    /// Asks the cluster what it is.
    ///
    /// # Errors
    /// `Invalid` if it is an engine or a version that is not supported, or if the options cannot be
    /// used; `Unavailable` if it does not answer.
    pub async fn connect(options: &SearchOptions) -> Result<Self> {
        let names = Names::new(&options.prefix)?;
        let client = Client::new(options)?;
        let root: Root = client.ask(&Method::GET, "", Content::Nothing).await?;
        let version = root.version()?;
        info!("search is in {version}");
        Ok(Self {
            client,
            names,
            options: options.clone(),
            pressure: Pressure::new(options.bulk.requests),
            snapshots: Snapshots::new(version.has_points_in_time),
            version,
            layouts: Mutex::new(HashMap::new()),
        })
    }

    /// What the cluster is, for people: `OpenSearch 2.19.6`.
    pub fn engine(&self) -> String {
        self.version.to_string()
    }

    /// As OpenTelemetry calls it: `opensearch`.
    pub fn system(&self) -> &'static str {
        self.version.system()
    }

    fn layouts(&self) -> MutexGuard<'_, HashMap<IndexName, Arc<Layout>>> {
        self.layouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn layout(&self, index: &IndexName) -> Result<Arc<Layout>> {
        let known = self.layouts().get(index).cloned();
        if let Some(layout) = known {
            return Ok(layout);
        }
        let meta = catalogue::meta(&self.client, &self.names, index).await?;
        let layout = Arc::new(Layout::new(&meta)?);
        self.layouts().insert(index.clone(), Arc::clone(&layout));
        Ok(layout)
    }

    /// Does something with an index. If it turns out not to be what was remembered of it, it is looked
    /// at again, once.
    async fn with<T, F>(&self, index: &IndexName, work: impl Fn(Arc<Layout>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        let layout = self.layout(index).await?;
        match work(Arc::clone(&layout)).await {
            Err(error) if may_be_gone(&error) => {
                self.layouts().remove(index);
                let now = self.layout(index).await?;
                let same = now.alias == layout.alias;
                let done = if same { Err(error) } else { work(now).await };
                done.map_err(|error| match error.kind() {
                    Kind::NotFound => not_found(index),
                    _ => error,
                })
            }
            done => done,
        }
    }

    /// Whether there is such an index, of this definition.
    async fn check(&self, index: &IndexName, definition: &IndexDefinition) -> Result<()> {
        let found = catalogue::meta(&self.client, &self.names, index).await?;
        Layout::new(&found)?;
        if found.definition == *definition { Ok(()) } else { Err(other_definition(index)) }
    }

    async fn refresh(&self, layout: &Layout) -> Result<()> {
        let path = format!("{}/_refresh", layout.alias);
        layout
            .refresh
            .after_now(async {
                let done: Refreshed =
                    self.client.ask(&Method::POST, &path, Content::Nothing).await?;
                if done.shards.failed == 0 {
                    Ok(())
                } else {
                    Err(unavailable("the cluster did not make all writes findable"))
                }
            })
            .await
    }
}

#[async_trait]
impl SearchIndex for OpenSearch {
    async fn create(&self, index: &IndexName, definition: &IndexDefinition) -> Result<()> {
        let called = self.names.of(index).ok_or_else(|| {
            Error::Invalid(format!("{index} cannot be the name of a search index"))
        })?;
        match self.check(index, definition).await {
            Err(Error::NotFound(_)) => {}
            found => return found,
        }
        template::put(&self.client, &self.names, &self.options).await?;
        let meta = Meta::new(&self.names, index, definition);
        let body = layout::creation(&meta);
        let answer = self.client.send(&Method::PUT, &called, Content::from(&body)).await?;
        self.layouts().remove(index);
        if answer.status.is_success() {
            return Ok(());
        }
        let trouble = answer.trouble();
        if trouble.kind != "resource_already_exists_exception" {
            return Err(trouble.into());
        }
        self.check(index, definition).await
    }

    async fn remove(&self, index: &IndexName) -> Result<()> {
        // What another server has made is not removed, whatever it is called.
        let called = match catalogue::meta(&self.client, &self.names, index).await {
            Ok(meta) => meta.called(),
            Err(Error::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let answer = self.client.send(&Method::DELETE, &called, Content::Nothing).await?;
        self.layouts().remove(index);
        if !answer.status.is_success() && answer.status != StatusCode::NOT_FOUND {
            return Err(answer.trouble().into());
        }
        // The last one takes what is left of us with it.
        if catalogue::indices(&self.client, &self.names).await?.is_empty() {
            template::remove(&self.client, &self.names).await?;
        }
        Ok(())
    }

    async fn indices(&self) -> Result<Vec<IndexName>> {
        catalogue::indices(&self.client, &self.names).await
    }

    async fn write(
        &self,
        index: &IndexName,
        writes: Vec<IndexWrite>,
        visible: Visible,
    ) -> Result<Vec<ItemFailure>> {
        let Self { client, options, pressure, .. } = self;
        let bulk = &Bulk { client, options: &options.bulk, pressure };
        let writes = &writes;
        self.with(index, |layout| async move {
            let failures = bulk::write(bulk, &layout, writes).await?;
            if visible == Visible::OnReturn {
                self.refresh(&layout).await?;
            }
            Ok(failures)
        })
        .await
    }

    async fn search(&self, index: &IndexName, request: &SearchRequest) -> Result<SearchResponse> {
        self.with(index, |layout| async move {
            search::search(&self.client, &self.snapshots, &layout, request).await
        })
        .await
    }

    async fn versions(
        &self,
        index: &IndexName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        self.with(index, |layout| async move {
            listing::versions(&self.client, &layout, after, limit).await
        })
        .await
    }

    async fn count(&self, index: &IndexName) -> Result<u64> {
        self.with(index, |layout| async move {
            let path = format!("{}/_count", layout.alias);
            let counted: Counted = self.client.ask(&Method::GET, &path, Content::Nothing).await?;
            Ok(counted.count)
        })
        .await
    }

    /// Never: what a cluster has answered is in its log.
    async fn unclean(&self, index: &IndexName) -> Result<bool> {
        self.layout(index).await.map(|_| false)
    }

    async fn repaired(&self, index: &IndexName) -> Result<()> {
        self.layout(index).await.map(drop)
    }

    /// Asks for the state of our indices, which only a node that belongs to a cluster knows.
    async fn ping(&self) -> Result<()> {
        let path = format!("_cluster/health/{}?filter_path=status", self.names.pattern());
        let health: Health = self.client.ask(&Method::GET, &path, Content::Nothing).await?;
        if health.status == "red" {
            return Err(unavailable("a part of an index is on no node that runs"));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Refreshed {
    #[serde(rename = "_shards")]
    shards: Shards,
}

#[derive(Deserialize)]
struct Shards {
    failed: u64,
}

#[derive(Deserialize)]
struct Counted {
    count: u64,
}

#[derive(Deserialize)]
struct Health {
    status: String,
}
