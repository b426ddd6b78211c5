use serde_json::{Value, json};

use super::Export;
use crate::raw::{self, types};
use crate::{Call, Collection, Index, Indexer, Kind, Problems, Schema};

struct Shouting;

impl Schema for Shouting {
    fn collections() -> Vec<Collection> {
        vec![Collection::new("shouts").version(3).migrates_from([1, 2])]
    }

    fn check(_call: &Call, _collection: &str, body: &mut Value, problems: &mut Problems) {
        let title = body["metadata"]["title"].as_str().unwrap_or_default().to_uppercase();
        if title.is_empty() {
            problems.error("/metadata/title", "missing", "Give it a title.");
        } else {
            body["metadata"]["title"] = title.into();
        }
    }
}

impl Indexer for Shouting {
    fn indexes() -> Vec<Index> {
        vec![Index::new("shouts").version(2)]
    }

    fn transform(_call: &Call, _collection: &str, record: Value) -> Result<Value, String> {
        let title = record["title"].as_str().ok_or("no title")?;
        Ok(json!({ "length": title.len() }))
    }
}

fn context() -> types::CallContext {
    types::CallContext {
        call_id: "1".to_owned(),
        traceparent: None,
        deadline_ms: 50,
        dry_run: false,
        now_ms: 0,
        seed: 0,
        ext: None,
    }
}

fn doc(body: &str) -> types::Doc {
    types::Doc { id: String::new(), revision: 1, schema_version: 3, body: body.to_owned() }
}

fn check(
    bodies: &[&str],
) -> Result<Vec<raw::schema::exports::repono::plugin::schema::Checked>, types::Failure> {
    use raw::schema::exports::repono::plugin::schema::Guest as _;

    let docs = bodies.iter().map(|body| doc(body)).collect();
    Export::<Shouting>::check(context(), "shouts".to_owned(), docs)
}

#[test]
fn a_document_that_check_changes_comes_back_whole() {
    let checked = check(&[r#"{"metadata": {"title": "oh"}, "pids": {}}"#]).unwrap();

    assert_eq!(checked[0].body.as_deref(), Some(r#"{"metadata":{"title":"OH"},"pids":{}}"#));
}

#[test]
fn a_document_that_check_leaves_alone_does_not_come_back() {
    let checked = check(&[r#"{ "pids": {}, "metadata": {"title": "OH"} }"#]).unwrap();

    assert_eq!(checked[0].body, None);
}

#[test]
fn answers_keep_the_order_of_the_documents() {
    let checked = check(&[r#"{"metadata": {"title": "a"}}"#, r#"{"metadata": {}}"#]).unwrap();

    assert!(checked[0].violations.is_empty());
    assert_eq!(checked[1].violations[0].at, "/metadata/title");
}

#[test]
fn text_that_is_not_json_is_the_callers_fault() {
    assert!(matches!(check(&["{"]), Err(types::Failure::InvalidInput(_))));
}

#[test]
fn a_migration_nobody_wrote_is_a_problem_of_the_document() {
    use raw::schema::exports::repono::plugin::schema::Guest as _;

    let migrated =
        Export::<Shouting>::migrate(context(), "shouts".to_owned(), 1, vec![doc("{}")]).unwrap();

    assert_eq!(migrated[0].violations[0].code, "unsupported");
}

#[test]
fn a_collection_is_checked_unless_it_says_otherwise() {
    use raw::schema::exports::repono::plugin::schema::Guest as _;

    let collections = Export::<Shouting>::describe();

    assert!(collections[0].checks);
    assert_eq!(
        (collections[0].version, collections[0].migrates_from.as_slice()),
        (3, [1, 2].as_slice())
    );
}

#[test]
fn one_record_that_cannot_be_indexed_spares_the_others() {
    use raw::indexer::exports::repono::plugin::indexer::Guest as _;

    let docs = vec![doc(r#"{"title": "four"}"#), doc("{}")];
    let documents = Export::<Shouting>::transform(context(), "shouts".to_owned(), docs).unwrap();

    assert_eq!(documents, [Ok(r#"{"length":4}"#.to_owned()), Err("no title".to_owned())]);
}

#[test]
fn a_kind_says_beyond_the_contract_what_its_author_has_said_and_nothing_else() {
    let ext = |kind: Kind| {
        let raw = raw::task::exports::repono::plugin::task::Kind::from(kind);
        raw.ext.map(|ext| serde_json::from_str::<Value>(&ext).unwrap())
    };

    assert_eq!(ext(Kind::new("score", "")), None);
    let said = Kind::new("score", "").soft_timeout_ms(1500).retry_s(10, 300);
    assert_eq!(
        ext(said),
        Some(json!({"soft_timeout_ms": 1500, "retry_base_s": 10, "retry_most_s": 300}))
    );
    let soft = Kind::new("score", "").soft_timeout_ms(1500);
    assert_eq!(ext(soft), Some(json!({"soft_timeout_ms": 1500})));
}

#[test]
fn a_task_is_told_of_those_before_it_by_their_names() {
    let ext = r#"{"after": {"index": {"state": "succeeded", "result": 7}}}"#;
    let call = Call::from(types::CallContext { ext: Some(ext.to_owned()), ..context() });

    assert_eq!(call.after("index").map(|told| &told["result"]), Some(&json!(7)));
    assert_eq!(call.after("other"), None);
    assert_eq!(Call::default().after("index"), None);
}
