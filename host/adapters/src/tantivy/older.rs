//! Documents of a term that were written before a commit: those that a write replaces.
//!
//! A deletion by the key alone would take the new document with it: segments that are added to a
//! writer ([`super::batch`]) may see deletions that were ordered before.

use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

use super::schema::WRITTEN;

#[derive(Clone, Debug)]
pub(super) struct Older {
    pub(super) term: Term,
    /// In the order of commits.
    pub(super) before: u64,
}

impl Query for Older {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Older {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut documents = Vec::new();
        if let Some(mut postings) = reader
            .inverted_index(self.term.field())?
            .read_postings(&self.term, IndexRecordOption::Basic)?
        {
            let written = reader.fast_fields().u64(WRITTEN)?;
            while postings.doc() != TERMINATED {
                if written.first(postings.doc()).is_none_or(|written| written < self.before) {
                    documents.push(postings.doc());
                }
                postings.advance();
            }
        }
        Ok(Box::new(ConstScorer::new(Documents { documents, at: 0 }, boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("deletions are not explained".to_owned()))
    }
}

struct Documents {
    documents: Vec<DocId>,
    at: usize,
}

impl DocSet for Documents {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.documents.len());
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.documents.len()).unwrap_or(u32::MAX)
    }
}
