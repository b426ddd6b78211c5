use repono_sdk::raw::schema::exports::repono::plugin::schema::{Checked, Collection, Guest};
use repono_sdk::raw::types::{CallContext, Doc, Failure};

use crate::{Mischief, Naughty};

impl Guest for Naughty {
    fn describe() -> Vec<Collection> {
        vec![Collection {
            name: "naughty".to_owned(),
            version: 1,
            migrates_from: Vec::new(),
            json_schema: r#"{ "type": "object" }"#.to_owned(),
            search: r#"{
                "mapping": { "properties": { "metadata": { "properties": { "title": { "type": "text" } } } } },
                "default_fields": ["metadata.title"], "facets": [], "sorts": [], "suggest": []
            }"#
            .to_owned(),
            checks: true,
            form: None,
            ext: None,
        }]
    }

    fn check(
        _context: CallContext,
        _collection: String,
        docs: Vec<Doc>,
    ) -> Result<Vec<Checked>, Failure> {
        Ok(docs.iter().filter_map(|doc| check(&doc.body)).collect())
    }

    fn migrate(
        context: CallContext,
        collection: String,
        _from_version: u32,
        docs: Vec<Doc>,
    ) -> Result<Vec<Checked>, Failure> {
        Self::check(context, collection, docs)
    }
}

fn check(body: &str) -> Option<Checked> {
    let body = match Mischief::of(body, "do") {
        None => None,
        Some(Mischief::Miscount) => return None,
        Some(mischief) => Some(mischief.answer()),
    };
    Some(Checked { body, violations: Vec::new() })
}
