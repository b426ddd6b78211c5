use repono_sdk::raw::indexer::exports::repono::plugin::indexer::{Guest, Index};
use repono_sdk::raw::types::{CallContext, Doc, Failure};

use crate::{Mischief, Naughty};

impl Guest for Naughty {
    fn describe() -> Vec<Index> {
        vec![Index {
            collection: "naughty".to_owned(),
            mapping: r#"{ "properties": {} }"#.to_owned(),
            version: 1,
            ext: None,
        }]
    }

    fn transform(
        _context: CallContext,
        _collection: String,
        docs: Vec<Doc>,
    ) -> Result<Vec<Result<String, String>>, Failure> {
        Ok(docs.into_iter().filter_map(|doc| transform(doc.body)).collect())
    }
}

fn transform(body: String) -> Option<Result<String, String>> {
    match Mischief::of(&body, "index_do") {
        None => Some(Ok(body)),
        Some(Mischief::Miscount) => None,
        Some(mischief) => Some(Ok(mischief.answer())),
    }
}
