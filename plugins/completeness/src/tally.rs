//! What is known so far, small enough to keep after every batch.

use std::collections::{BTreeMap, BTreeSet};

use repono_sdk::{Value, json, serde_json};

use crate::measure::{Measure, filled};

const LEAST: usize = 10;
const BUCKETS: usize = 10;

/// Counts records by weight.
///
/// **Invariant:** nothing here depends on how heavy a complete record is, because that is not known
/// before the last one is seen.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    last_id: Option<String>,
    records_by_weight: BTreeMap<u64, u64>,
    least: BTreeSet<(u64, String)>,
    seen: BTreeSet<String>,
}

impl Tally {
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    pub(crate) fn records(&self) -> u64 {
        self.records_by_weight.values().sum()
    }

    pub(crate) fn add(&mut self, id: &str, measure: Measure, metadata: &Value) {
        let weight = measure.weigh(metadata);
        *self.records_by_weight.entry(weight).or_default() += 1;
        self.least.insert((weight, id.to_owned()));
        if self.least.len() > LEAST {
            self.least.pop_last();
        }
        if measure == Measure::Seen {
            self.seen.extend(filled(metadata).cloned());
        }
        self.last_id = Some(id.to_owned());
    }

    pub(crate) fn save(&self) -> Value {
        let records_by_weight: Vec<_> = self.records_by_weight.iter().collect();
        json!({
            "last_id": self.last_id,
            "records_by_weight": records_by_weight,
            "least": self.least,
            "seen": self.seen,
        })
    }

    /// Reads what [`Tally::save`] wrote; none for anything else.
    pub(crate) fn restore(state: &Value) -> Option<Self> {
        let records_by_weight: Vec<(u64, u64)> =
            serde_json::from_value(state["records_by_weight"].clone()).ok()?;
        Some(Self {
            last_id: serde_json::from_value(state["last_id"].clone()).ok()?,
            records_by_weight: records_by_weight.into_iter().collect(),
            least: serde_json::from_value(state["least"].clone()).ok()?,
            seen: serde_json::from_value(state["seen"].clone()).ok()?,
        })
    }

    /// The task's result, once every record was added.
    pub(crate) fn result(&self, measure: Measure) -> Value {
        let complete = measure.complete(self.seen.len() as u64).max(1);
        let mut histogram = [0; BUCKETS];
        let mut weights = 0;
        for (weight, records) in &self.records_by_weight {
            let bucket = usize::try_from(weight * BUCKETS as u64 / complete).unwrap_or(usize::MAX);
            histogram[bucket.min(BUCKETS - 1)] += records;
            weights += weight * records;
        }
        let least: Vec<Value> = self
            .least
            .iter()
            .map(|(weight, id)| json!({ "id": id, "score": share(*weight, complete) }))
            .collect();
        json!({
            "records": self.records(),
            "mean": share(weights, complete * self.records().max(1)),
            "histogram": histogram,
            "least_complete": least,
        })
    }
}

/// To four digits, in whole numbers as far as possible: the same on every machine.
fn share(part: u64, whole: u64) -> f64 {
    let ten_thousandths = (u128::from(part) * 10_000 + u128::from(whole) / 2) / u128::from(whole);
    f64::from(u32::try_from(ten_thousandths).unwrap_or(u32::MAX)) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(metadata: &[Value]) -> Tally {
        let mut tally = Tally::default();
        for (i, metadata) in metadata.iter().enumerate() {
            tally.add(&format!("r{i:02}"), Measure::Seen, metadata);
        }
        tally
    }

    #[test]
    fn a_field_first_seen_late_counts_for_the_early_records() {
        let tally = tally(&[json!({ "a": 1 }), json!({ "a": 1, "b": 1 })]);

        let result = tally.result(Measure::Seen);

        assert_eq!(result["mean"], 0.75);
        assert_eq!(result["histogram"], json!([0, 0, 0, 0, 0, 1, 0, 0, 0, 1]));
        assert_eq!(result["least_complete"][0], json!({ "id": "r00", "score": 0.5 }));
    }

    #[test]
    fn only_the_ten_least_complete_are_kept() {
        let result = tally(&vec![json!({ "a": 1 }); 25]).result(Measure::Seen);

        assert_eq!(result["least_complete"].as_array().map(Vec::len), Some(10));
        assert_eq!(result["least_complete"][9]["id"], "r09");
    }

    #[test]
    fn what_is_saved_is_restored() {
        let tally = tally(&[json!({ "a": 1 }), json!({ "b": [2] }), json!({})]);

        assert_eq!(Tally::restore(&tally.save()), Some(tally));
    }

    #[test]
    fn an_empty_collection_has_a_result() {
        assert_eq!(
            Tally::default().result(Measure::Seen),
            json!({ "records": 0, "mean": 0.0, "histogram": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "least_complete": [] })
        );
    }
}
