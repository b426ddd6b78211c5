//! What is told in the end.

use repono_sdk::kv::{Kv, NotKept};
use repono_sdk::{Value, json, serde_json};
use serde::{Deserialize, Serialize};

use crate::verdict::{Kind, Verdict};

/// Broken links that are named; all are counted.
const MOST_NAMED: u64 = 1000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Counts links by their kind. Those that are broken are kept in the plugin's store, each under a key of
/// its own, so that the checkpoint stays small.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) records: u64,
    /// Of records with too many.
    pub(crate) left_out: u64,
    ok: u64,
    broken: u64,
    unsure: u64,
    skipped: u64,
}

impl Report {
    pub(crate) fn links(&self) -> u64 {
        self.ok + self.broken + self.unsure + self.skipped
    }

    pub(crate) fn add(
        &mut self,
        collection: &str,
        record: &str,
        link: &str,
        verdict: &Verdict,
        since_ms: u64,
        kv: &mut dyn Kv,
    ) -> Result<(), NotKept> {
        match verdict.kind {
            Kind::Ok => self.ok += 1,
            Kind::Unsure => self.unsure += 1,
            Kind::Skipped => self.skipped += 1,
            Kind::Broken => {
                if self.broken < MOST_NAMED {
                    let named = json!({
                        "record": record,
                        "url": link,
                        "status": verdict.status,
                        "why": verdict.why,
                        "since": date(since_ms),
                    });
                    kv.put(&key(collection, self.broken), named.to_string().as_bytes())?;
                }
                self.broken += 1;
            }
        }
        Ok(())
    }

    /// The task's result. Removes what an earlier run has named beyond it.
    pub(crate) fn result(&self, collection: &str, kv: &mut dyn Kv) -> Result<Value, NotKept> {
        let named: Vec<Value> = (0..self.broken.min(MOST_NAMED))
            .filter_map(|place| kv.get(&key(collection, place)))
            .filter_map(|named| serde_json::from_slice(&named).ok())
            .collect();
        for place in self.broken..MOST_NAMED {
            if kv.get(&key(collection, place)).is_none() {
                break;
            }
            kv.put(&key(collection, place), b"")?;
        }
        Ok(json!({
            "records": self.records,
            "links": self.links(),
            "ok": self.ok,
            "broken": self.broken,
            "unsure": self.unsure,
            "skipped": self.skipped,
            "left_out": self.left_out,
            "broken_links": named,
        }))
    }
}

fn key(collection: &str, place: u64) -> String {
    format!("broken/{collection}/{place}")
}

/// The day in UTC, as in `2026-03-01`.
fn date(ms: u64) -> String {
    // Counted in years that begin with March, so that a leap day is their last.
    // <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
    let days = ms / DAY_MS + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_people_do() {
        for (ms, day) in [
            (0, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (951_868_800_000, "2000-03-01"),
            (1_798_761_599_999, "2026-12-31"),
        ] {
            assert_eq!(date(ms), day);
        }
    }
}
