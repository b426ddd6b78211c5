//! Where everything about a record or draft is found.

use std::fmt::Arguments;

use repono_domain::{Parent, RecordId};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::collections::Collection;
use crate::context::Settings;

/// The member `links`.
pub(super) struct Links<'a> {
    pub(super) settings: &'a Settings,
    pub(super) collection: &'a Collection,
    pub(super) id: RecordId,
    pub(super) parent: &'a Parent,
    pub(super) pids: &'a Map<String, Value>,
    pub(super) of: Of,
}

/// What the links are of.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Record,
    Draft {
        /// Whether there is a record of the same id.
        published: bool,
    },
}

const FILES: [(&str, &str); 4] = [
    ("files", "files"),
    ("media_files", "media-files"),
    ("archive", "files-archive"),
    ("archive_media", "media-files-archive"),
];

const ACCESS: [(&str, &str); 5] = [
    ("access_links", "links"),
    ("access_grants", "grants"),
    ("access_users", "users"),
    ("access_groups", "groups"),
    ("access_request", "request"),
];

impl Serialize for Links<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { collection, id, .. } = self;
        let api = format!("{}/{}/{id}", self.settings.api_url, collection.name);
        let page = format!("{}/{}", self.settings.site_url, collection.name);
        let mut written = Written(serializer.serialize_map(None)?);
        let is_published = match self.of {
            Of::Record => {
                self.of_record(&mut written, &api, &page)?;
                true
            }
            Of::Draft { published } => {
                self.of_draft(&mut written, &api, &page)?;
                published
            }
        };
        self.of_both(&mut written, &api, &page)?;
        if is_published {
            written.add("request_deletion", format_args!("{api}/request-deletion"))?;
            written.add("file_modification", format_args!("{api}/file-modification"))?;
        }
        written.0.end()
    }
}

impl Links<'_> {
    fn of_record<M: SerializeMap>(
        &self,
        written: &mut Written<M>,
        api: &str,
        page: &str,
    ) -> Result<(), M::Error> {
        let (id, parent) = (self.id, self.parent.id);
        let Settings { api_url, site_url, .. } = self.settings;
        written.add("self", format_args!("{api}"))?;
        written.add("self_html", format_args!("{page}/{id}"))?;
        written.add("parent", format_args!("{api_url}/{}/{parent}", self.collection.name))?;
        written.add("parent_html", format_args!("{page}/{parent}"))?;
        self.iiif(written, "record")?;
        for (name, path) in FILES {
            written.add(name, format_args!("{api}/{path}"))?;
        }
        written.add("latest", format_args!("{api}/versions/latest"))?;
        written.add("latest_html", format_args!("{page}/{id}/latest"))?;
        written.add("draft", format_args!("{api}/draft"))?;
        if let Some(doi) = doi(self.pids) {
            written.add("self_doi_html", format_args!("{site_url}/doi/{doi}"))?;
        }
        Ok(())
    }

    fn of_draft<M: SerializeMap>(
        &self,
        written: &mut Written<M>,
        api: &str,
        page: &str,
    ) -> Result<(), M::Error> {
        let id = self.id;
        written.add("self", format_args!("{api}/draft"))?;
        written.add("self_html", format_args!("{}/uploads/{id}", self.settings.site_url))?;
        self.iiif(written, "draft")?;
        for (name, path) in FILES {
            written.add(name, format_args!("{api}/draft/{path}"))?;
        }
        written.add("record", format_args!("{api}"))?;
        written.add("record_html", format_args!("{page}/{id}"))?;
        written.add("publish", format_args!("{api}/draft/actions/publish"))?;
        written.add("review", format_args!("{api}/draft/review"))
    }

    fn of_both<M: SerializeMap>(
        &self,
        written: &mut Written<M>,
        api: &str,
        page: &str,
    ) -> Result<(), M::Error> {
        written.add("preview_html", format_args!("{page}/{}?preview=1", self.id))?;
        written.add("reserve_doi", format_args!("{api}/draft/pids/doi"))?;
        written.add("versions", format_args!("{api}/versions"))?;
        for (name, path) in ACCESS {
            written.add(name, format_args!("{api}/access/{path}"))?;
        }
        for name in ["access", "communities", "communities-suggestions", "requests"] {
            written.add(name, format_args!("{api}/{name}"))?;
        }
        written.add("quota_increase", format_args!("{api}/quota-increase"))?;
        let Settings { doi_resolver, site_url, .. } = self.settings;
        if let Some(doi) = doi(self.pids) {
            written.add("doi", format_args!("{doi_resolver}/{doi}"))?;
            written.add("self_doi", format_args!("{doi_resolver}/{doi}"))?;
        }
        if let Some(doi) = doi(&self.parent.pids) {
            written.add("parent_doi", format_args!("{doi_resolver}/{doi}"))?;
            written.add("parent_doi_html", format_args!("{site_url}/doi/{doi}"))?;
        }
        Ok(())
    }

    fn iiif<M: SerializeMap>(&self, written: &mut Written<M>, kind: &str) -> Result<(), M::Error> {
        let (api, id) = (&self.settings.api_url, self.id);
        written.add("self_iiif_manifest", format_args!("{api}/iiif/{kind}:{id}/manifest"))?;
        written.add("self_iiif_sequence", format_args!("{api}/iiif/{kind}:{id}/sequence/default"))
    }
}

/// Texts that are written without being made first.
struct Written<M>(M);

impl<M: SerializeMap> Written<M> {
    fn add(&mut self, name: &str, url: Arguments<'_>) -> Result<(), M::Error> {
        self.0.serialize_entry(name, &url)
    }
}

fn doi(pids: &Map<String, Value>) -> Option<&str> {
    pids.get("doi")?.get("identifier")?.as_str()
}
