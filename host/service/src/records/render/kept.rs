//! What was rendered for every reader, in the cache.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::Bytes;
use repono_domain::{CollectionName, RecordId};

use super::Rendered;
use crate::Services;
use crate::collections::Collection;
use crate::context::Settings;
use crate::ports::{Lease, Lookup};

/// Stand before the JSON in the cache: the record's revision, the fingerprint of what was in force,
/// and what rendered it, eight bytes each.
const HEADER: usize = 24;

impl Services {
    /// Forgets what was rendered of a record. Called after every change to it.
    pub(crate) async fn forget_rendered(&self, collection: &CollectionName, id: RecordId) {
        self.cache.remove(&cache_key(collection, id)).await;
    }

    /// What was rendered for every reader, if it is still known; or, if nobody else has it
    /// already, leave to [`keep`](Self::keep) what is read from now on.
    pub(in crate::records) async fn cached(
        &self,
        collection: &Collection,
        id: RecordId,
    ) -> Result<Rendered, Option<Lease>> {
        let key = cache_key(&collection.name, id);
        // What other plugins, another program or other settings rendered makes room first.
        for _ in 0..2 {
            match self.cache.get(&key).await {
                Lookup::Missing(lease) => {
                    self.metrics.cache_misses.increment(1);
                    return Err(lease);
                }
                Lookup::Kept(kept) => match self.unpack(id, &kept) {
                    Some(rendered) => {
                        self.metrics.cache_hits.increment(1);
                        return Ok(rendered);
                    }
                    None => self.cache.remove(&key).await,
                },
            }
        }
        Err(None)
    }

    /// Keeps what was rendered for every reader.
    pub(in crate::records) async fn keep(
        &self,
        collection: &Collection,
        rendered: &Rendered,
        lease: Lease,
    ) {
        let mut kept = Vec::with_capacity(HEADER + rendered.json.len());
        kept.extend(rendered.revision.to_le_bytes());
        kept.extend(self.active.load().fingerprint.to_le_bytes());
        kept.extend(self.renderer.to_le_bytes());
        kept.extend(&rendered.json[..]);
        let key = cache_key(&collection.name, rendered.id);
        self.cache.put(&key, lease, kept.into(), self.settings.render_ttl).await;
    }

    fn unpack(&self, id: RecordId, kept: &Bytes) -> Option<Rendered> {
        let number = |at: usize| Some(u64::from_le_bytes(kept.get(at..at + 8)?.try_into().ok()?));
        let is_ours = number(8)? == self.active.load().fingerprint && number(16)? == self.renderer;
        is_ours.then(|| Some(Rendered { id, revision: number(0)?, json: kept.slice(HEADER..) }))?
    }
}

/// Tells apart what different programs and settings render: a cache may outlive both.
pub(crate) fn renderer(settings: &Settings) -> u64 {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    settings.hash(&mut hasher);
    hasher.finish()
}

fn cache_key(collection: &CollectionName, id: RecordId) -> String {
    format!("rendered:{collection}:{id}")
}
