//! Which segments are merged.
//!
//! Every commit of a lone document makes a segment. tantivy's own policy puts all small segments
//! into one class, and so writes a class of thousands of documents again for every eight of them;
//! classes that grow by eight write each document once per class.

use std::collections::BTreeMap;

use tantivy::index::SegmentMeta;
use tantivy::merge_policy::{MergeCandidate, MergePolicy};

/// Segments of a class that are merged into one of the next.
const WIDTH: usize = 8;
/// A segment of more documents is left as it is, unless much of it is deleted.
const LARGEST: u32 = 2_000_000;

#[derive(Debug)]
pub(super) struct Eights;

impl MergePolicy for Eights {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut candidates = Vec::new();
        let mut classes: BTreeMap<u32, Vec<&SegmentMeta>> = BTreeMap::new();
        for segment in segments {
            if segment.max_doc() > 1_000 && segment.num_deleted_docs() > segment.max_doc() / 3 {
                candidates.push(MergeCandidate(vec![segment.id()]));
            } else if segment.num_docs() <= LARGEST {
                classes.entry(segment.num_docs().max(1).ilog(8)).or_default().push(segment);
            }
        }
        for class in classes.into_values().filter(|class| class.len() >= WIDTH) {
            candidates.push(MergeCandidate(class.iter().map(|segment| segment.id()).collect()));
        }
        candidates
    }
}
