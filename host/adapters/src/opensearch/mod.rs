//! OpenSearch and Elasticsearch: a cluster elsewhere that keeps the indices.
//!
//! How an index is laid out there is in `layout`, what a document becomes in `document`, how it gets
//! there in `bulk` and `refresh`, and how it is found in `query`, `order`, `facets` and `search`.
//! `client` speaks with the nodes.
//!
//! **Invariant:** no other index of the cluster is read, written or removed: every request names one
//! index by its prefix, and the alias of its definition.

mod bulk;
mod client;
mod document;
mod facets;
mod layout;
mod listing;
mod nodes;
mod options;
mod order;
mod query;
mod refresh;
mod search;
#[cfg(test)]
mod tests;
mod tls;
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

use self::client::{Client, Content};
use self::layout::{Layout, Meta, Names, Owner};
pub use self::options::SearchOptions;
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
            version,
            layouts: Mutex::new(HashMap::new()),
        })
    }

    /// What the cluster is, for people: `OpenSearch 2.19.6`.
    pub fn engine(&self) -> String {
        self.version.to_string()
    }

    fn layouts(&self) -> MutexGuard<'_, HashMap<IndexName, Arc<Layout>>> {
        self.layouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn called(&self, index: &IndexName) -> Result<String> {
        self.names.of(index).ok_or_else(|| not_found(index))
    }

    async fn layout(&self, index: &IndexName) -> Result<Arc<Layout>> {
        let known = self.layouts().get(index).cloned();
        if let Some(layout) = known {
            return Ok(layout);
        }
        let called = self.called(index)?;
        let meta = self.meta(index, &called).await?;
        let layout = Arc::new(Layout::new(&called, &meta)?);
        self.layouts().insert(index.clone(), Arc::clone(&layout));
        Ok(layout)
    }

    /// What the cluster's index says of itself.
    async fn meta(&self, index: &IndexName, called: &str) -> Result<Meta> {
        let path = format!("{called}/_mapping?filter_path=*.mappings._meta.repono");
        let answer = self.client.send(&Method::GET, &path, Content::Nothing).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Err(not_found(index));
        }
        if !answer.status.is_success() {
            return Err(answer.trouble().into());
        }
        let found: HashMap<String, Mapped<Meta>> = answer.read()?;
        match found.into_values().next().and_then(|found| found.mappings.meta.repono) {
            Some(meta) => Ok(meta),
            None => Err(Error::Conflict(format!(
                "the cluster's index {called} was not made by this server: choose another prefix"
            ))),
        }
    }

    /// Does something with an index. If it turns out not to be what was remembered of it, it is looked
    /// at again, once.
    async fn with<T, F>(&self, index: &IndexName, work: impl Fn(Arc<Layout>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        let layout = self.layout(index).await?;
        match work(Arc::clone(&layout)).await {
            Err(error) if error.kind() == Kind::NotFound => {}
            done => return done,
        }
        self.layouts().remove(index);
        let now = self.layout(index).await?;
        if now.alias == layout.alias {
            return Err(not_found(index));
        }
        let done = work(now).await;
        done.map_err(|error| if error.kind() == Kind::NotFound { not_found(index) } else { error })
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
        let meta = Meta::new(&self.names, index, definition);
        let body = layout::creation(&called, &meta, &self.options);
        let answer = self.client.send(&Method::PUT, &called, Content::from(&body)).await?;
        self.layouts().remove(index);
        if answer.status.is_success() {
            return Ok(());
        }
        let trouble = answer.trouble();
        if trouble.kind != "resource_already_exists_exception" {
            return Err(trouble.into());
        }
        let found = self.meta(index, &called).await?;
        Layout::new(&called, &found)?;
        if found.definition == *definition { Ok(()) } else { Err(other_definition(index)) }
    }

    async fn remove(&self, index: &IndexName) -> Result<()> {
        let Some(called) = self.names.of(index) else { return Ok(()) };
        let answer = self.client.send(&Method::DELETE, &called, Content::Nothing).await?;
        self.layouts().remove(index);
        if answer.status.is_success() || answer.status == StatusCode::NOT_FOUND {
            Ok(())
        } else {
            Err(answer.trouble().into())
        }
    }

    async fn indices(&self) -> Result<Vec<IndexName>> {
        let path = format!(
            "{}/_mapping?filter_path=*.mappings._meta.repono.prefix,*.mappings._meta.repono.name",
            self.names.pattern()
        );
        let found: HashMap<String, Mapped<Owner>> =
            self.client.ask(&Method::GET, &path, Content::Nothing).await?;
        let owners = found.into_values().filter_map(|found| found.mappings.meta.repono);
        let mut names: Vec<_> =
            owners.filter(|owner| self.names.is_ours(owner)).map(|owner| owner.name).collect();
        names.sort();
        Ok(names)
    }

    async fn write(
        &self,
        index: &IndexName,
        writes: Vec<IndexWrite>,
        visible: Visible,
    ) -> Result<Vec<ItemFailure>> {
        let (client, writes) = (&self.client, &writes);
        self.with(index, |layout| async move {
            let failures = bulk::write(client, &layout, writes).await?;
            if visible == Visible::OnReturn {
                self.refresh(&layout).await?;
            }
            Ok(failures)
        })
        .await
    }

    async fn search(&self, index: &IndexName, request: &SearchRequest) -> Result<SearchResponse> {
        self.with(
            index,
            |layout| async move { search::search(&self.client, &layout, request).await },
        )
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
struct Mapped<T> {
    #[serde(default = "Mappings::none")]
    mappings: Mappings<T>,
}

#[derive(Deserialize)]
struct Mappings<T> {
    #[serde(rename = "_meta", default = "OfOurs::none")]
    meta: OfOurs<T>,
}

#[derive(Deserialize)]
struct OfOurs<T> {
    repono: Option<T>,
}

impl<T> Mappings<T> {
    fn none() -> Self {
        Self { meta: OfOurs::none() }
    }
}

impl<T> OfOurs<T> {
    fn none() -> Self {
        Self { repono: None }
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
