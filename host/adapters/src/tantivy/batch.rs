//! Many writes in one commit.
//!
//! **Invariant:** of a key there is at most one document alive, that of the highest version seen;
//! a remembered deletion is one too.

use std::sync::Arc;

use repono_service::ports::IndexWrite;
use serde_json::Value;
use tantivy::columnar::Column;
use tantivy::index::InvertedIndexReader;
use tantivy::indexer::{AddOperation, SegmentWriter};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, IndexWriter, SegmentReader, TERMINATED};

use super::document::document;
use super::older::Older;
use super::opened::Opened;
use super::schema::VERSION;
use crate::search::writes::newest;

/// Memory that one document may come to need; a segment begins with as much as its documents do.
const DOCUMENT_BYTES: usize = 50_000;
/// A segment is ended when it has taken so much.
const SEGMENT_BYTES: usize = 30_000_000;

/// Hands the writes to the writer, of each key the newest. Says whether there is anything to commit.
///
/// `moment` is the stamp of the commit before.
pub(super) fn apply<'a>(
    opened: &Opened,
    writer: &IndexWriter,
    moment: u64,
    batch: impl Iterator<Item = &'a IndexWrite>,
) -> tantivy::Result<bool> {
    let searcher = opened.searcher();
    let segments: Vec<Segment<'_>> = searcher
        .segment_readers()
        .iter()
        .map(|reader| Segment::open(opened, reader))
        .collect::<Result<_, _>>()?;
    let mut documents = Vec::new();
    for (key, (version, body)) in newest(batch) {
        let seen = seen(opened, &segments, key)?;
        if seen.is_some_and(|seen| seen > version) {
            continue;
        }
        if seen.is_some() {
            writer.delete_query(Box::new(Older {
                term: opened.layout.key_term(key),
                before: moment,
            }))?;
        }
        documents.push((key, version, body));
    }
    let changed = !documents.is_empty();
    add(opened, writer, moment, documents.into_iter())?;
    Ok(changed)
}

/// Makes segments here rather than by the writer's own thread, which would reserve as much memory
/// for a lone document as for thousands: clearing it was half of the work of a small commit.
fn add<'a>(
    opened: &Opened,
    writer: &IndexWriter,
    moment: u64,
    mut documents: impl ExactSizeIterator<Item = (&'a str, u64, Option<&'a Value>)>,
) -> tantivy::Result<()> {
    while documents.len() > 0 {
        let segment = writer.new_segment();
        let memory = documents.len().saturating_mul(DOCUMENT_BYTES).min(SEGMENT_BYTES);
        let mut content = SegmentWriter::for_segment(memory, segment.clone())?;
        while content.mem_usage() < SEGMENT_BYTES
            && let Some((key, version, body)) = documents.next()
        {
            let document = document(&opened.layout, key, version, moment, body);
            content.add_document(AddOperation { opstamp: 0, document })?;
        }
        let count = content.max_doc();
        content.finalize()?;
        let meta = segment.meta().clone().with_max_doc(count);
        meta.untrack_temp_docstore();
        writer.add_segment(meta)?;
    }
    Ok(())
}

struct Segment<'a> {
    reader: &'a SegmentReader,
    keys: Arc<InvertedIndexReader>,
    versions: Column<u64>,
}

impl<'a> Segment<'a> {
    fn open(opened: &Opened, reader: &'a SegmentReader) -> tantivy::Result<Self> {
        Ok(Self {
            reader,
            keys: reader.inverted_index(opened.layout.key)?,
            versions: reader.fast_fields().u64(VERSION)?,
        })
    }
}

fn seen(opened: &Opened, segments: &[Segment<'_>], key: &str) -> tantivy::Result<Option<u64>> {
    let term = opened.layout.key_term(key);
    for segment in segments.iter().rev() {
        let Some(mut postings) = segment.keys.read_postings(&term, IndexRecordOption::Basic)?
        else {
            continue;
        };
        while postings.doc() != TERMINATED {
            if !segment.reader.is_deleted(postings.doc()) {
                return Ok(segment.versions.first(postings.doc()));
            }
            postings.advance();
        }
    }
    Ok(None)
}
