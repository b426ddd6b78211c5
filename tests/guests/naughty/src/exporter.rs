use repono_sdk::raw::exporter::exports::repono::plugin::exporter::{Format, Guest};
use repono_sdk::raw::types::{CallContext, Doc, Failure};

use crate::{Mischief, Naughty};

impl Guest for Naughty {
    fn describe() -> Vec<Format> {
        vec![Format {
            id: "naughty".to_owned(),
            media_type: "application/vnd.naughty+json".to_owned(),
            extension: "json".to_owned(),
            collections: vec!["naughty".to_owned()],
            list: None,
            ext: None,
        }]
    }

    fn serialise(
        _context: CallContext,
        _format: String,
        docs: Vec<Doc>,
    ) -> Result<Vec<Result<Vec<u8>, String>>, Failure> {
        Ok(docs.into_iter().filter_map(|doc| serialise(doc.body)).collect())
    }
}

fn serialise(body: String) -> Option<Result<Vec<u8>, String>> {
    match Mischief::of(&body, "export_do") {
        None => Some(Ok(body.into_bytes())),
        Some(Mischief::Miscount) => None,
        Some(mischief) => Some(Ok(mischief.answer().into_bytes())),
    }
}
