//! Against a real cluster.

use std::collections::BTreeSet;
use std::time::Duration;

use repono_service::Kind;
use repono_service::ports::{
    Field, FieldKind, IndexDefinition, IndexName, IndexWrite, Page, SearchIndex as _,
    SearchRequest, SortKey, Visible, contract,
};
use repono_service::query::Query;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::opensearch::client::Content;
use crate::opensearch::{OpenSearch, SearchOptions};
use crate::search::arrival::any_order_ends_with_the_last_versions;
use crate::test_service::url;

/// Options for the cluster that tests use, with a prefix that no other test has.
pub(super) fn options() -> SearchOptions {
    SearchOptions {
        prefix: format!("test-{:016x}-", rand::random::<u64>()),
        replicas: 0,
        ..SearchOptions::new(url("REPONO_TEST_SEARCH"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let backend = OpenSearch::connect(&options()).await.unwrap();

    contract::search::keeps_the_contract(&backend).await.unwrap();

    assert!(backend.indices().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract_in_several_parts() {
    let options = SearchOptions { shards: 3, ..options() };
    let backend = OpenSearch::connect(&options).await.unwrap();

    contract::search::keeps_the_contract(&backend).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_is_kept_as_the_template_says_and_the_template_goes_with_the_last() {
    let options =
        SearchOptions { shards: 2, refresh_interval: Duration::from_millis(1_234), ..options() };
    let backend = OpenSearch::connect(&options).await.unwrap();
    let (one, other) = (IndexName("one".to_owned()), IndexName("other".to_owned()));
    let ask = async |path: String| {
        backend.client.ask::<Value>(&Method::GET, &path, Content::Nothing).await.unwrap()
    };
    let template = format!("_index_template/{}indices", options.prefix);

    backend.create(&one, &IndexDefinition::default()).await.unwrap();

    let settings = ask(format!("{}one/_settings?flat_settings=true", options.prefix)).await;
    let settings = &settings[format!("{}one", options.prefix)]["settings"];
    let [shards, replicas, refresh] =
        ["number_of_shards", "number_of_replicas", "refresh_interval"]
            .map(|name| settings[format!("index.{name}")].as_str().unwrap());
    assert_eq!((shards, replicas, refresh), ("2", "0", "1234ms"));
    backend.create(&other, &IndexDefinition::default()).await.unwrap();
    backend.remove(&one).await.unwrap();
    let held = ask(template.clone()).await;
    let patterns = &held["index_templates"][0]["index_template"]["index_patterns"];
    assert_eq!(*patterns, json!([format!("{}*", options.prefix)]));
    backend.remove(&other).await.unwrap();
    let gone = backend.client.send(&Method::GET, &template, Content::Nothing).await.unwrap();
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_share_a_cluster_leave_each_other_alone() {
    let one = options();
    let prefix = format!("{}other-", one.prefix);
    let other = SearchOptions { prefix, ..one.clone() };
    let one = OpenSearch::connect(&one).await.unwrap();
    let other = OpenSearch::connect(&other).await.unwrap();
    // One index of the cluster, if it went by names alone.
    let (theirs, same) =
        (IndexName("records-1".to_owned()), IndexName("other-records-1".to_owned()));
    other.create(&theirs, &IndexDefinition::default()).await.unwrap();

    let kind = |done: repono_service::Result<()>| done.map_err(|error| error.kind());
    assert!(one.indices().await.unwrap().is_empty());
    let created = one.create(&same, &IndexDefinition::default()).await;
    assert_eq!(kind(created), Err(Kind::Conflict));
    assert_eq!(kind(one.remove(&same).await), Err(Kind::Conflict));
    assert_eq!(kind(one.count(&same).await.map(drop)), Err(Kind::Conflict));

    assert_eq!(other.indices().await.unwrap(), std::slice::from_ref(&theirs));
    assert_eq!(other.count(&theirs).await.unwrap(), 0);
    other.remove(&theirs).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_made_anew_elsewhere_is_looked_at_again() {
    let options = options();
    let one = OpenSearch::connect(&options).await.unwrap();
    let other = OpenSearch::connect(&options).await.unwrap();
    let index = IndexName("records-1".to_owned());
    let with = |path: &str| IndexDefinition {
        fields: vec![Field { path: path.to_owned(), kind: FieldKind::Keyword }],
        ..IndexDefinition::default()
    };
    let write = |version| IndexWrite {
        key: "a".to_owned(),
        version,
        body: Some(json!({ "after": "x", "before": "x" })),
    };
    one.create(&index, &with("before")).await.unwrap();
    one.write(&index, vec![write(1)], Visible::OnReturn).await.unwrap();

    other.remove(&index).await.unwrap();
    let gone = one.write(&index, vec![write(2)], Visible::OnReturn).await;
    assert_eq!(gone.map_err(|error| error.kind()), Err(Kind::NotFound));
    assert!(one.indices().await.unwrap().is_empty());
    other.create(&index, &with("after")).await.unwrap();
    one.write(&index, vec![write(3)], Visible::OnReturn).await.unwrap();

    for (field, expected) in [("before", 0), ("after", 1)] {
        let request = SearchRequest { query: Query::term(field, "x"), ..SearchRequest::all(10) };
        assert_eq!(one.search(&index, &request).await.unwrap().total, expected, "{field}");
    }
    one.remove(&index).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_what_was_written() {
    let options = options();

    contract::search::keeps_what_was_written(async || OpenSearch::connect(&options).await.unwrap())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_is_too_much_is_the_callers_fault() {
    let backend = OpenSearch::connect(&options()).await.unwrap();
    let index = IndexName("excess".to_owned());
    let field = |path: &str, kind| Field { path: path.to_owned(), kind };
    let fields = vec![field("kind", FieldKind::Keyword), field("title", FieldKind::Text)];
    let definition = IndexDefinition { fields, ..IndexDefinition::default() };
    backend.create(&index, &definition).await.unwrap();
    backend
        .write(
            &index,
            vec![IndexWrite {
                key: "a".to_owned(),
                version: 1,
                body: Some(json!({ "kind": "x", "title": "x" })),
            }],
            Visible::OnReturn,
        )
        .await
        .unwrap();
    let weighted = vec![("kind".to_owned(), 1.0), ("title".to_owned(), 2.0)];
    let words: Vec<_> = (0..3_000).map(|number| format!("word{number}")).collect();
    let too_much = [
        Query::any_of(
            words.iter().map(|word| Query::Words { fields: weighted.clone(), text: word.clone() }),
        ),
        Query::Wildcard { fields: weighted.clone(), pattern: format!("*a{}b", "?".repeat(60)) },
    ];

    for query in too_much {
        let refused =
            backend.search(&index, &SearchRequest { query, ..SearchRequest::all(10) }).await;

        assert_eq!(refused.map(drop).map_err(|error| error.kind()), Err(Kind::Invalid));
    }
    backend.remove(&index).await.unwrap();
}

/// Numbers, by which the documents are sorted.
fn ranked(numbers: &[(u64, i64)], version: u64) -> Vec<IndexWrite> {
    let write = |(key, rank): &(u64, i64)| IndexWrite {
        key: format!("{key:02}"),
        version,
        body: Some(json!({ "rank": rank })),
    };
    numbers.iter().map(write).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_goes_on_in_what_it_began_with() {
    let backend = OpenSearch::connect(&options()).await.unwrap();
    let index = IndexName("walked".to_owned());
    let rank = Field { path: "rank".to_owned(), kind: FieldKind::Long };
    let definition = IndexDefinition { fields: vec![rank], ..IndexDefinition::default() };
    backend.create(&index, &definition).await.unwrap();
    let documents: Vec<_> = (0..40).zip(0..40).collect();
    backend.write(&index, ranked(&documents, 1), Visible::OnReturn).await.unwrap();

    let (mut page, mut walked) = (Page::Offset(0), Vec::new());
    for number in 0..5 {
        if number == 2 {
            // What was on the first page moves behind all others; what was to come goes before them.
            backend
                .write(&index, ranked(&[(3, 100), (35, -100)], 2), Visible::OnReturn)
                .await
                .unwrap();
        }
        let sort = vec![SortKey::Ascending("rank".to_owned())];
        let request = SearchRequest { sort, page: page.clone(), ..SearchRequest::all(10) };
        let found = backend.search(&index, &request).await.unwrap();
        let Some(last) = found.hits.last() else { break };
        page = Page::After(last.cursor.clone());
        walked.extend(found.hits.into_iter().map(|hit| hit.key));
    }

    backend.remove(&index).await.unwrap();
    let all: Vec<_> = (0..40).map(|key| format!("{key:02}")).collect();
    if backend.version.has_points_in_time {
        assert_eq!(walked, all);
    } else {
        let of_others = walked.iter().filter(|key| *key != "03" && *key != "35");
        assert_eq!(of_others.collect::<BTreeSet<_>>().len(), 38);
        assert_eq!(walked.iter().filter(|key| *key == "03").count(), 2);
    }
}

#[test]
fn whatever_comes_in_whatever_order_the_last_version_stays() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let backend = runtime.block_on(OpenSearch::connect(&options())).unwrap();

    any_order_ends_with_the_last_versions(&runtime, &backend, 24);
}
