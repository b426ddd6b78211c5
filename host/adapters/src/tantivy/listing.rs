//! Keys and versions in the order of keys.

use std::collections::BTreeMap;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, SegmentReader, TERMINATED, TantivyError};

use super::deletions;
use super::opened::Opened;
use super::schema::VERSION;

/// The first after `after`.
pub(super) fn versions(
    opened: &Opened,
    after: Option<&str>,
    limit: usize,
) -> tantivy::Result<Vec<(String, u64)>> {
    let mut found = BTreeMap::new();
    for reader in opened.searcher().segment_readers() {
        collect(opened, reader, after, limit, &mut found)?;
        while found.len() > limit {
            found.pop_last();
        }
    }
    Ok(found.into_iter().collect())
}

fn collect(
    opened: &Opened,
    reader: &SegmentReader,
    after: Option<&str>,
    limit: usize,
    found: &mut BTreeMap<String, u64>,
) -> tantivy::Result<()> {
    let index = reader.inverted_index(opened.layout.key)?;
    let versions = reader.fast_fields().u64(VERSION)?;
    let gone = deletions::of_segment(&opened.layout, reader)?;
    let mut keys = match after {
        Some(after) => index.terms().range().gt(after.as_bytes()).into_stream()?,
        None => index.terms().stream()?,
    };
    let mut taken = 0;
    while taken < limit && keys.advance() {
        let mut postings =
            index.read_postings_from_terminfo(keys.value(), IndexRecordOption::Basic)?;
        while postings.doc() != TERMINATED {
            let document = postings.doc();
            if !reader.is_deleted(document) && gone.binary_search(&document).is_err() {
                let key = std::str::from_utf8(keys.key())
                    .map_err(|error| TantivyError::InternalError(error.to_string()))?;
                found.insert(key.to_owned(), versions.first(document).unwrap_or_default());
                taken += 1;
            }
            postings.advance();
        }
    }
    Ok(())
}

/// How many documents there are.
pub(super) fn count(opened: &Opened) -> tantivy::Result<u64> {
    let mut count = 0;
    for reader in opened.searcher().segment_readers() {
        count += u64::from(reader.num_docs())
            - deletions::of_segment(&opened.layout, reader)?.len() as u64;
    }
    Ok(count)
}
