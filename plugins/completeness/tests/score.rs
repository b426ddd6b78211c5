//! The task as the host runs it: to the end, killed half-way, cancelled.

use completeness::Completeness;
use repono_sdk::{Call, Doc, Failure, Outcome, Task as _, TaskHost, Value, json};

/// Holds a collection, and kills the task after so many scans.
#[derive(Default)]
struct FakeHost {
    docs: Vec<Doc>,
    scans_left: Option<u32>,
    cancelled: bool,
    state: Option<Value>,
    progress: Vec<(u64, Option<u64>)>,
}

impl FakeHost {
    /// Records of different completeness.
    fn with_records(count: u64) -> Self {
        let doc = |i: u64| {
            let mut metadata = json!({ "title": "T", "creators": [{}] });
            for (divisor, field) in
                [(2, "description"), (3, "rights"), (5, "subjects"), (7, "funding")]
            {
                if i.is_multiple_of(divisor) {
                    metadata[field] = json!("x");
                }
            }
            Doc { id: format!("r{i:05}"), revision: 1, body: json!({ "metadata": metadata }) }
        };
        Self { docs: (0..count).map(doc).collect(), ..Self::default() }
    }

    fn run(&mut self, payload: Value) -> Result<Outcome, Failure> {
        Completeness::execute(&Call::default(), "score", payload, self)
    }
}

impl TaskHost for FakeHost {
    fn progress(&mut self, done: u64, total: Option<u64>, _note: &str) {
        self.progress.push((done, total));
    }

    fn is_cancelled(&mut self) -> bool {
        self.cancelled
    }

    fn checkpoint(&mut self, state: &Value) {
        self.state = Some(state.clone());
    }

    fn last_checkpoint(&mut self) -> Option<Value> {
        self.state.clone()
    }

    fn scan(
        &mut self,
        _collection: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Doc>, Failure> {
        match &mut self.scans_left {
            Some(0) => return Err(Failure::Transient(None)),
            Some(left) => *left -= 1,
            None => {}
        }
        let docs = self.docs.iter().filter(|doc| after.is_none_or(|after| doc.id.as_str() > after));
        Ok(docs.take(limit as usize).cloned().collect())
    }

    fn count(&mut self, _collection: &str) -> Result<u64, Failure> {
        Ok(self.docs.len() as u64)
    }
}

fn result(outcome: Result<Outcome, Failure>) -> Value {
    match outcome {
        Ok(Outcome::Done(result)) => result,
        other => panic!("not done: {other:?}"),
    }
}

#[test]
fn every_record_is_scored_once() {
    let mut host = FakeHost::with_records(250);

    let result = result(host.run(json!({ "collection": "records" })));

    assert_eq!(result["records"], 250);
    let in_histogram: u64 =
        result["histogram"].as_array().unwrap().iter().filter_map(Value::as_u64).sum();
    assert_eq!(in_histogram, 250);
    assert_eq!(result["least_complete"].as_array().unwrap().len(), 10);
    assert_eq!(host.progress, [(100, Some(250)), (200, Some(250)), (250, Some(250))]);
}

#[test]
fn a_task_killed_anywhere_ends_with_the_same_result() {
    for collection in ["records", "others"] {
        let payload = json!({ "collection": collection, "batch": 7 });
        let expected = result(FakeHost::with_records(100).run(payload.clone()));

        for scans in 0..15 {
            let mut host = FakeHost::with_records(100);
            host.scans_left = Some(scans);
            assert_eq!(host.run(payload.clone()), Err(Failure::Transient(None)));
            host.scans_left = None;

            assert_eq!(result(host.run(payload.clone())), expected, "killed after {scans} scans");
        }
    }
}

#[test]
fn the_size_of_batches_makes_no_difference() {
    let run = |batch: u32| {
        result(FakeHost::with_records(123).run(json!({ "collection": "others", "batch": batch })))
    };

    assert_eq!(run(1), run(1000));
}

#[test]
fn a_cancelled_task_stops_before_its_next_batch() {
    let mut host = FakeHost::with_records(10);
    host.cancelled = true;

    assert_eq!(host.run(json!({ "collection": "records" })), Ok(Outcome::Cancelled));
    assert!(host.progress.is_empty());
}

#[test]
fn a_payload_without_collection_or_with_a_silly_batch_is_refused() {
    let mut host = FakeHost::default();

    for payload in [
        json!({}),
        json!({ "collection": "records", "batch": 0 }),
        json!({ "collection": "records", "batch": "x" }),
    ] {
        assert!(matches!(host.run(payload), Err(Failure::InvalidInput(_))));
    }
}

#[test]
fn an_empty_collection_is_done_at_once() {
    let result = result(FakeHost::default().run(json!({ "collection": "records" })));

    assert_eq!(result["records"], 0);
}
