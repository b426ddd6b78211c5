//! Deletions that are remembered, so that an older write that comes late does nothing.
//!
//! They are documents of a key and a version alone, which no search finds. The newest are kept; a
//! write that is later than so many deletions is undone by the reconciler.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, IndexWriter, SegmentReader, TERMINATED};

use super::older::Older;
use super::opened::Opened;
use super::schema::{Layout, WRITTEN};

/// How many are kept at least; twice as many are the most.
const KEPT: usize = 20_000;

/// Documents of a segment that are remembered deletions, in order.
pub(super) fn of_segment(layout: &Layout, reader: &SegmentReader) -> tantivy::Result<Vec<u32>> {
    let mut found = Vec::new();
    if let Some(mut postings) = reader
        .inverted_index(layout.exists)?
        .read_postings(&layout.gone_term(), IndexRecordOption::Basic)?
    {
        while postings.doc() != TERMINATED {
            if !reader.is_deleted(postings.doc()) {
                found.push(postings.doc());
            }
            postings.advance();
        }
    }
    Ok(found)
}

/// Forgets the oldest if there are too many; the next commit makes it so.
pub(super) fn forget_oldest(opened: &Opened, writer: &IndexWriter) -> tantivy::Result<()> {
    forget(opened, writer, KEPT)
}

fn forget(opened: &Opened, writer: &IndexWriter, keep: usize) -> tantivy::Result<()> {
    let searcher = opened.searcher();
    if searcher.doc_freq(&opened.layout.gone_term())? <= 2 * keep as u64 {
        return Ok(());
    }
    let mut moments = Vec::new();
    for reader in searcher.segment_readers() {
        let written = reader.fast_fields().u64(WRITTEN)?;
        moments.extend(
            of_segment(&opened.layout, reader)?
                .into_iter()
                .filter_map(|document| written.first(document)),
        );
    }
    if moments.len() <= keep {
        return Ok(());
    }
    let first_old = moments.len() - keep - 1;
    let (_, newest_old, _) = moments.select_nth_unstable(first_old);
    writer.delete_query(Box::new(Older {
        term: opened.layout.gone_term(),
        before: *newest_old + 1,
    }))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use repono_service::ports::{IndexDefinition, IndexWrite};

    use super::*;
    use crate::tantivy::batch;

    fn remembered(opened: &Opened) -> usize {
        opened
            .searcher()
            .segment_readers()
            .iter()
            .map(|reader| of_segment(&opened.layout, reader).unwrap().len())
            .sum()
    }

    #[test]
    fn the_oldest_are_forgotten_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let opened =
            Opened::create(&folder.path().join("index"), &IndexDefinition::default()).unwrap();
        let mut writer: IndexWriter = opened.index.writer(15_000_000).unwrap();
        let mut moment = 0;
        let mut delete = |key: String, forgetting: bool| {
            batch::apply(
                &opened,
                &writer,
                moment,
                [IndexWrite { key, version: 2, body: None }].iter(),
            )
            .unwrap();
            if forgetting {
                forget(&opened, &writer, 10).unwrap();
            }
            moment = writer.commit().unwrap();
            opened.reader.reload().unwrap();
        };

        (0..21).for_each(|number| delete(format!("{number:02}"), false));
        assert_eq!(remembered(&opened), 21);
        delete("last".to_owned(), true);

        assert_eq!(remembered(&opened), 11);
        let late = |key: &str| {
            let write =
                IndexWrite { key: key.to_owned(), version: 1, body: Some(serde_json::json!({})) };
            batch::apply(&opened, &writer, u64::MAX, [write].iter()).unwrap()
        };
        assert!(late("00"), "forgotten");
        assert!(!late("20"), "remembered");
    }
}
