//! The search engine that the configuration names.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use repono_adapters::ObservedSearch;
use repono_adapters::opensearch::{BulkOptions, OpenSearch, SearchOptions};
use repono_adapters::tantivy::Tantivy;
use repono_service::ports::{SearchIndex, Traces};
use tokio::task::spawn_blocking;

use crate::config::{SearchSection, password};

/// Folder within the data folder.
const FOLDER: &str = "search";

/// A search engine that is open.
pub(in crate::app) enum Search {
    Tantivy(Arc<ObservedSearch<Tantivy>>),
    OpenSearch(Arc<ObservedSearch<OpenSearch>>),
}

impl Search {
    pub(super) async fn open(
        folder: &Path,
        section: &SearchSection,
        traces: &Arc<dyn Traces>,
    ) -> anyhow::Result<Self> {
        if !section.url.is_empty() {
            let cluster = OpenSearch::connect(&options(section, traces)?).await?;
            let system = cluster.system();
            return Ok(Self::OpenSearch(Arc::new(ObservedSearch::new(cluster, system))));
        }
        let indices = folder.join(FOLDER);
        let opened = spawn_blocking(move || Tantivy::open(&indices)).await;
        let opened = opened.context("the search index was not opened")??;
        Ok(Self::Tantivy(Arc::new(ObservedSearch::new(opened, "tantivy"))))
    }

    pub(in crate::app) fn port(&self) -> Arc<dyn SearchIndex> {
        match self {
            Self::Tantivy(search) => Arc::clone(search) as _,
            Self::OpenSearch(search) => Arc::clone(search) as _,
        }
    }

    pub(super) async fn close(&self) -> repono_service::Result<()> {
        match self {
            Self::Tantivy(search) => search.engine().close().await,
            // It keeps what it has acknowledged.
            Self::OpenSearch(_) => Ok(()),
        }
    }
}

fn options(section: &SearchSection, traces: &Arc<dyn Traces>) -> anyhow::Result<SearchOptions> {
    Ok(SearchOptions {
        urls: section.url.reveal().split(',').map(|url| url.trim().to_owned()).collect(),
        username: Some(section.username.clone()).filter(|name| !name.is_empty()),
        password: password(&section.password_file)?,
        prefix: section.prefix.clone(),
        certificates: Some(section.certificates.clone())
            .filter(|certificates| !certificates.as_os_str().is_empty()),
        request_timeout: section.request_timeout(),
        shards: section.shards,
        replicas: section.replicas,
        refresh_interval: section.refresh(),
        bulk: BulkOptions {
            bytes: section.bulk_bytes,
            documents: section.bulk_documents,
            requests: section.bulk_requests,
        },
        traces: Arc::clone(traces),
        ..SearchOptions::new("")
    })
}
