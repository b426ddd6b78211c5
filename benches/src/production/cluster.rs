//! The search cluster itself.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde_json::{Map, Value, json};

use crate::client::{self, Body, Connection, request};

/// Documents read at a time.
const PAGE: usize = 1_000;

pub(super) struct Cluster {
    address: SocketAddr,
}

/// An index as it can be made again, and its documents with their ids.
pub(super) struct Copy {
    pub(super) documents: Vec<(String, Value)>,
    definition: Value,
}

impl Cluster {
    pub(super) fn at(url: &str) -> anyhow::Result<Self> {
        let address = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
        Ok(Self { address: address.parse().with_context(|| format!("{url} is no address"))? })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Removes all indices whose names begin so.
    pub(super) async fn remove(&self, prefix: &str) -> anyhow::Result<()> {
        let found = self.ask("GET", &format!("/{prefix}*"), Body::Nothing).await?;
        for name in found.as_object().into_iter().flat_map(Map::keys) {
            self.ask("DELETE", &format!("/{name}"), Body::Nothing).await?;
        }
        Ok(())
    }

    /// All that an index or alias holds.
    pub(super) async fn copy(&self, index: &str) -> anyhow::Result<Copy> {
        let found = self.ask("GET", &format!("/{index}"), Body::Nothing).await?;
        let (_, definition) =
            found.as_object().and_then(|found| found.iter().next()).context("there is no index")?;
        let mut settings = definition["settings"]["index"].clone();
        if let Value::Object(settings) = &mut settings {
            // What the cluster gives an index by itself.
            settings.retain(|name, _| {
                !["uuid", "version", "creation_date", "provided_name", "replication", "resize"]
                    .contains(&name.as_str())
            });
        }
        let definition = json!({
            "mappings": definition["mappings"],
            "settings": {"index": settings},
        });

        let first = json!({"size": PAGE, "sort": ["_doc"]}).to_string();
        let path = format!("/{index}/_search?scroll=1m");
        let mut page = self.ask("POST", &path, Body::Json(first.as_bytes())).await?;
        let mut documents = Vec::new();
        loop {
            let hits = page["hits"]["hits"].as_array().context("a search without hits")?;
            if hits.is_empty() {
                return Ok(Copy { documents, definition });
            }
            for hit in hits {
                let id = hit["_id"].as_str().context("a hit without an id")?;
                documents.push((id.to_owned(), hit["_source"].clone()));
            }
            let next = json!({"scroll": "1m", "scroll_id": page["_scroll_id"]}).to_string();
            page = self.ask("POST", "/_search/scroll", Body::Json(next.as_bytes())).await?;
        }
    }

    /// Makes an empty index like the one that was copied.
    pub(super) async fn make(&self, index: &str, copy: &Copy) -> anyhow::Result<()> {
        let definition = copy.definition.to_string();
        self.ask("PUT", &format!("/{index}"), Body::Json(definition.as_bytes())).await.map(drop)
    }

    /// Sends bodies of `_bulk`, several at a time, and shows what they brought.
    pub(super) async fn fill(
        &self,
        index: &str,
        bodies: &[Vec<u8>],
        clients: usize,
    ) -> anyhow::Result<()> {
        let path = format!("/{index}/_bulk");
        let mut waiting = bodies.iter();
        let mut connections = Vec::new();
        for _ in 0..clients {
            connections.push(Connection::open(self.address).await?);
        }
        let send = async |mut connection: Connection, body: &[u8]| {
            let answer = connection.send(&request("POST", &path, None, Body::Lines(body))).await?;
            ensure!(answer.status == 200, "_bulk is answered {}", answer.status);
            ensure!(
                answer.body.windows(14).any(|bytes| bytes == b"\"errors\":false"),
                "a document is refused"
            );
            Ok(connection)
        };
        let mut sending: FuturesUnordered<_> = connections
            .into_iter()
            .zip(waiting.by_ref())
            .map(|(connection, body)| send(connection, body))
            .collect();
        while let Some(connection) = sending.next().await {
            let connection: Connection = connection?;
            if let Some(body) = waiting.next() {
                sending.push(send(connection, body));
            }
        }
        self.ask("POST", &format!("/{index}/_refresh"), Body::Nothing).await.map(drop)
    }

    async fn ask(&self, method: &str, path: &str, body: Body<'_>) -> anyhow::Result<Value> {
        let answer = client::once(self.address, &request(method, path, None, body), 200).await;
        let answer = answer.with_context(|| format!("{method} {path}"))?;
        Ok(serde_json::from_slice(&answer)?)
    }
}
