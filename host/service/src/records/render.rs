//! Records as their readers see them: `InvenioRDM`'s JSON.
//!
//! One place makes this shape, because the API serves it, lists repeat it, plugins read it, and the
//! cache keeps it (ADR 3).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use repono_domain::{
    Access, CollectionName, Document, Draft, Files, Parent, Problem, Record, RecordId, dotted,
};
use serde_json::{Map, Value, json};

use crate::collections::Collection;
use crate::context::Settings;
use crate::ports::{Doc, Lease, Lookup};
use crate::{Context, Services};

/// A record or draft, ready to be sent.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Its id.
    pub id: RecordId,
    /// The `ETag`.
    pub revision: u64,
    /// JSON text.
    pub json: Bytes,
}

/// How much of a record is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// To everyone who may read it.
    Reader,
    /// To those who may change it.
    Owner,
}

impl View {
    pub(super) fn of(ctx: &Context, parent: &Parent) -> Self {
        if ctx.caller.sees_all_of(parent.owner) { Self::Owner } else { Self::Reader }
    }
}

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
    pub(super) async fn cached(
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
    pub(super) async fn keep(&self, collection: &Collection, rendered: &Rendered, lease: Lease) {
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

pub(super) fn record(
    services: &Services,
    collection: &Collection,
    record: &Record,
    view: View,
) -> Rendered {
    let value = record_value(services, collection, record, view, |metadata| {
        collection.schema.show_terms(metadata, &services.terms.load());
    });
    Rendered { id: record.id, revision: record.revision, json: value.to_string().into() }
}

pub(super) fn draft(
    services: &Services,
    collection: &Collection,
    draft: &Draft,
    problems: &[Problem],
) -> Rendered {
    let mut value = draft_value(services, collection, draft, |metadata| {
        collection.schema.show_terms(metadata, &services.terms.load());
    });
    if !problems.is_empty() {
        value["errors"] = problem_list(problems);
    }
    Rendered { id: draft.id, revision: draft.revision, json: value.to_string().into() }
}

/// A record as every reader sees it, with whole terms: what indexers, exporters and tasks get.
pub(crate) fn record_for_plugins(
    services: &Services,
    collection: &Collection,
    record: &Record,
) -> Value {
    record_value(services, collection, record, View::Reader, |metadata| {
        collection.schema.show_whole_terms(metadata, &services.terms.load());
    })
}

/// The same, on its way to a plugin.
pub(crate) fn record_doc(services: &Services, collection: &Collection, record: &Record) -> Doc {
    to_doc(record, &record_for_plugins(services, collection, record))
}

/// A record that has been made ready for plugins, on its way to one.
pub(crate) fn to_doc(record: &Record, body: &Value) -> Doc {
    Doc {
        id: record.id.to_string(),
        revision: record.revision,
        schema_version: record.schema.version,
        body: body.to_string(),
    }
}

/// The same of a draft, for its search document.
pub(crate) fn draft_for_plugins(
    services: &Services,
    collection: &Collection,
    draft: &Draft,
) -> Value {
    draft_value(services, collection, draft, |metadata| {
        collection.schema.show_whole_terms(metadata, &services.terms.load());
    })
}

/// Problems as `InvenioRDM` lists them, one entry a field, with what Repono adds.
pub fn problem_list(problems: &[Problem]) -> Value {
    let mut fields: Vec<(String, Vec<&Problem>)> = Vec::new();
    for problem in problems {
        let field = dotted(&problem.at);
        match fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, list)) => list.push(problem),
            None => fields.push((field, vec![problem])),
        }
    }
    let entry = |(field, problems): (String, Vec<&Problem>)| {
        let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let severity =
            if problems.iter().any(|problem| problem.is_error()) { "error" } else { "warning" };
        json!({"field": field, "messages": messages, "code": problems[0].code, "severity": severity})
    };
    fields.into_iter().map(entry).collect()
}

fn record_value(
    services: &Services,
    collection: &Collection,
    record: &Record,
    view: View,
    show: impl FnOnce(&mut Value),
) -> Value {
    let mut value =
        shared(record.id, record.created, record.updated, record.revision, &record.document, show);
    let links = Links {
        services,
        collection,
        id: record.id,
        parent: &record.parent,
        document: &record.document,
    };
    value.insert("links".into(), links.of_record());
    value.insert("parent".into(), parent(&record.parent, view));
    let mut versions = json!({"is_latest": record.is_latest(), "index": record.version_index});
    if view == View::Owner {
        versions["is_latest_draft"] = json!(record.parent.highest == record.version_index);
    }
    value.insert("versions".into(), versions);
    value.insert("is_published".into(), json!(true));
    value.insert("is_draft".into(), json!(false));
    value.insert("status".into(), json!("published"));
    let deleted = record.tombstone.is_some();
    value.insert(
        "deletion_status".into(),
        json!({"is_deleted": deleted, "status": if deleted { "D" } else { "P" }}),
    );
    let stats = json!({"views": 0, "unique_views": 0, "downloads": 0, "unique_downloads": 0, "data_volume": 0.0});
    value.insert("stats".into(), json!({"this_version": stats, "all_versions": stats}));
    if let Some(tombstone) = &record.tombstone {
        value.insert("tombstone".into(), super::read::tombstone(tombstone));
    }
    Value::Object(value)
}

fn draft_value(
    services: &Services,
    collection: &Collection,
    draft: &Draft,
    show: impl FnOnce(&mut Value),
) -> Value {
    let mut value =
        shared(draft.id, draft.created, draft.updated, draft.revision, &draft.document, show);
    let links = Links {
        services,
        collection,
        id: draft.id,
        parent: &draft.parent,
        document: &draft.document,
    };
    value.insert("links".into(), links.of_draft(draft.published));
    value.insert("parent".into(), parent(&draft.parent, View::Owner));
    let latest = draft.parent.latest == Some(draft.version_index);
    value.insert(
        "versions".into(),
        json!({"is_latest": latest, "is_latest_draft": draft.parent.highest == draft.version_index, "index": draft.version_index}),
    );
    value.insert("is_published".into(), json!(draft.published));
    value.insert("is_draft".into(), json!(true));
    let expires = time(draft.updated).replace('T', " ");
    value.insert("expires_at".into(), json!(expires));
    let status = match (draft.published, draft.version_index) {
        (true, _) => "published",
        (false, 1) => "draft",
        (false, _) => "new_version_draft",
    };
    value.insert("status".into(), json!(status));
    Value::Object(value)
}

fn shared(
    id: RecordId,
    created: Timestamp,
    updated: Timestamp,
    revision: u64,
    document: &Document,
    show: impl FnOnce(&mut Value),
) -> Map<String, Value> {
    let mut metadata = Value::Object(document.metadata.clone());
    show(&mut metadata);
    let mut value = Map::new();
    value.insert("id".into(), json!(id));
    value.insert("created".into(), json!(time(created)));
    value.insert("updated".into(), json!(time(updated)));
    value.insert("revision_id".into(), json!(revision));
    value.insert("pids".into(), Value::Object(document.pids.clone()));
    value.insert("metadata".into(), metadata);
    value.insert("custom_fields".into(), Value::Object(document.custom_fields.clone()));
    value.insert("access".into(), access(&document.access, document.files.enabled));
    value.insert("files".into(), files(&document.files));
    value.insert("media_files".into(), files(&Files { enabled: false, ..Files::default() }));
    value
}

/// RFC 3339 with microseconds and a numeric offset, as Python writes it.
pub fn time(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

fn access(access: &Access, files_enabled: bool) -> Value {
    let mut embargo = json!({"active": access.embargo.active, "reason": access.embargo.reason});
    if let Some(until) = access.embargo.until {
        embargo["until"] = json!(until.to_string());
    }
    json!({"record": access.record, "files": access.files, "embargo": embargo, "status": access.status(files_enabled).as_str()})
}

fn files(files: &Files) -> Value {
    let mut value = json!({"enabled": files.enabled, "order": files.order, "count": 0, "total_bytes": 0, "entries": {}});
    if let Some(preview) = &files.default_preview {
        value["default_preview"] = json!(preview);
    }
    value
}

fn parent(parent: &Parent, view: View) -> Value {
    let mut access = json!({
        "owned_by": {"user": parent.owner.to_string()},
        "settings": {"allow_user_requests": false, "allow_guest_requests": false, "accept_conditions_text": null, "secret_link_expiration": 0},
    });
    if view == View::Owner {
        access["grants"] = json!([]);
        access["links"] = json!([]);
    }
    json!({"id": parent.id, "access": access, "communities": {}, "pids": parent.pids})
}

struct Links<'a> {
    services: &'a Services,
    collection: &'a Collection,
    id: RecordId,
    parent: &'a Parent,
    document: &'a Document,
}

impl Links<'_> {
    fn api(&self) -> String {
        format!("{}/{}/{}", self.services.settings.api_url, self.collection.name, self.id)
    }

    fn page(&self) -> String {
        format!("{}/{}", self.services.settings.site_url, self.collection.name)
    }

    fn of_record(&self) -> Value {
        let (api, page, id, parent) = (self.api(), self.page(), self.id, self.parent.id);
        let mut links = self.everywhere();
        let mut add = |name: &str, url: String| links.insert(name.to_owned(), Value::String(url));
        add("self", api.clone());
        add("self_html", format!("{page}/{id}"));
        add(
            "parent",
            format!("{}/{}/{parent}", self.services.settings.api_url, self.collection.name),
        );
        add("parent_html", format!("{page}/{parent}"));
        add("self_iiif_manifest", self.iiif("record", "manifest"));
        add("self_iiif_sequence", self.iiif("record", "sequence/default"));
        for (name, path) in [
            ("files", "files"),
            ("media_files", "media-files"),
            ("archive", "files-archive"),
            ("archive_media", "media-files-archive"),
        ] {
            add(name, format!("{api}/{path}"));
        }
        add("latest", format!("{api}/versions/latest"));
        add("latest_html", format!("{page}/{id}/latest"));
        add("draft", format!("{api}/draft"));
        if let Some(doi) = doi(&self.document.pids) {
            add("self_doi_html", format!("{}/doi/{doi}", self.services.settings.site_url));
        }
        self.published(&mut links);
        Value::Object(links)
    }

    fn of_draft(&self, published: bool) -> Value {
        let (api, page, id) = (self.api(), self.page(), self.id);
        let mut links = self.everywhere();
        let mut add = |name: &str, url: String| links.insert(name.to_owned(), Value::String(url));
        add("self", format!("{api}/draft"));
        add("self_html", format!("{}/uploads/{id}", self.services.settings.site_url));
        add("self_iiif_manifest", self.iiif("draft", "manifest"));
        add("self_iiif_sequence", self.iiif("draft", "sequence/default"));
        for (name, path) in [
            ("files", "files"),
            ("media_files", "media-files"),
            ("archive", "files-archive"),
            ("archive_media", "media-files-archive"),
        ] {
            add(name, format!("{api}/draft/{path}"));
        }
        add("record", api.clone());
        add("record_html", format!("{page}/{id}"));
        add("publish", format!("{api}/draft/actions/publish"));
        add("review", format!("{api}/draft/review"));
        if published {
            self.published(&mut links);
        }
        Value::Object(links)
    }

    fn everywhere(&self) -> Map<String, Value> {
        let (api, page, id) = (self.api(), self.page(), self.id);
        let mut links = Map::new();
        let mut add = |name: &str, url: String| links.insert(name.to_owned(), Value::String(url));
        add("preview_html", format!("{page}/{id}?preview=1"));
        add("reserve_doi", format!("{api}/draft/pids/doi"));
        add("versions", format!("{api}/versions"));
        for (name, path) in [
            ("access_links", "links"),
            ("access_grants", "grants"),
            ("access_users", "users"),
            ("access_groups", "groups"),
            ("access_request", "request"),
        ] {
            add(name, format!("{api}/access/{path}"));
        }
        for name in ["access", "communities", "communities-suggestions", "requests"] {
            add(name, format!("{api}/{name}"));
        }
        add("quota_increase", format!("{api}/quota-increase"));
        let (resolver, site) =
            (&self.services.settings.doi_resolver, &self.services.settings.site_url);
        if let Some(doi) = doi(&self.document.pids) {
            add("doi", format!("{resolver}/{doi}"));
            add("self_doi", format!("{resolver}/{doi}"));
        }
        if let Some(doi) = doi(&self.parent.pids) {
            add("parent_doi", format!("{resolver}/{doi}"));
            add("parent_doi_html", format!("{site}/doi/{doi}"));
        }
        links
    }

    fn published(&self, links: &mut Map<String, Value>) {
        links.insert(
            "request_deletion".to_owned(),
            json!(format!("{}/request-deletion", self.api())),
        );
        links.insert(
            "file_modification".to_owned(),
            json!(format!("{}/file-modification", self.api())),
        );
    }

    fn iiif(&self, kind: &str, path: &str) -> String {
        format!("{}/iiif/{kind}:{}/{path}", self.services.settings.api_url, self.id)
    }
}

fn doi(pids: &Map<String, Value>) -> Option<&str> {
    pids.get("doi")?.get("identifier")?.as_str()
}

/// A hit list's records, each from the cache if it is there.
pub(super) fn hits(
    services: &Arc<Services>,
    collection: &Collection,
    records: &[Record],
    ctx: &Context,
) -> Vec<Rendered> {
    records
        .iter()
        .map(|found| record(services, collection, found, View::of(ctx, &found.parent)))
        .collect()
}
