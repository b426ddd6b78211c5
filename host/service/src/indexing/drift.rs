//! What a comparison found and mended.

use repono_domain::RecordId;

use super::mend::Mended;

/// So many records that could not be mended are told with their reasons.
const REASONS: usize = 100;

/// What was found and mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Records compared.
    pub compared: u64,
    /// Records whose documents were missing, old, or too many.
    pub mended: u64,
    /// Records that were behind and are promised to follow: that is no drift.
    pub waiting: u64,
    /// Records that could not be mended.
    pub refused: u64,
    /// Why not: of the first hundred.
    pub reasons: Vec<(RecordId, String)>,
}

impl Drift {
    pub(super) fn add(&mut self, compared: usize, waiting: usize, mended: Mended) {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.compared += count(compared);
        self.waiting += count(waiting) + count(mended.moved.len());
        self.mended += mended.in_line;
        self.refused += count(mended.failed.len());
        let room = REASONS.saturating_sub(self.reasons.len());
        let told = mended.failed.into_iter().take(room);
        self.reasons.extend(told.map(|(id, verdict)| (id, verdict.reason())));
    }
}
