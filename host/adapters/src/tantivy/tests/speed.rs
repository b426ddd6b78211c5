//! How fast it is, on documents that one brings along:
//!
//! `REPONO_DOCUMENTS=tools.ndjson cargo test --release -p repono-adapters speed -- --ignored --nocapture`

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use repono_service::ports::{
    Facet, FacetKind, Field, FieldKind, IndexDefinition, IndexName, IndexWrite, SearchIndex as _,
    SearchRequest, SortKey, Visible,
};
use repono_service::query::Query;
use serde_json::Value;

use crate::tantivy::Tantivy;

fn definition() -> IndexDefinition {
    let field = |(path, kind): (&str, FieldKind)| Field { path: path.to_owned(), kind };
    let fields = [
        ("additionDate", FieldKind::Date),
        ("biotoolsID", FieldKind::Keyword),
        ("credit.name", FieldKind::Text),
        ("description", FieldKind::Text),
        ("function.operation.term", FieldKind::Keyword),
        ("lastUpdate", FieldKind::Date),
        ("license", FieldKind::Keyword),
        ("name", FieldKind::Text),
        ("operatingSystem", FieldKind::Keyword),
        ("publication.metadata.abstract", FieldKind::Text),
        ("publication.metadata.citationCount", FieldKind::Long),
        ("toolType", FieldKind::Keyword),
        ("topic.term", FieldKind::Keyword),
    ];
    let default_fields = ["name", "description", "credit.name", "publication.metadata.abstract"];
    IndexDefinition {
        fields: fields.into_iter().map(field).collect(),
        aliases: BTreeMap::new(),
        default_fields: default_fields.into_iter().map(|path| (path.to_owned(), 1.0)).collect(),
        suggest: Vec::new(),
    }
}

fn documents() -> Vec<Value> {
    let path = std::env::var_os("REPONO_DOCUMENTS")
        .expect("REPONO_DOCUMENTS names a file of one document a line");
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn write(number: usize, documents: &[Value]) -> IndexWrite {
    IndexWrite {
        key: format!("{number:08}"),
        version: 1,
        body: Some(documents[number % documents.len()].clone()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a test"]
async fn writes_and_searches_are_measured() {
    let documents = Arc::new(documents());
    let folder = tempfile::tempdir().unwrap();
    let index = Arc::new(Tantivy::open(folder.path()).unwrap());
    let (single, bulk) = (IndexName("single".to_owned()), IndexName("bulk".to_owned()));
    index.create(&single, &definition()).await.unwrap();
    index.create(&bulk, &definition()).await.unwrap();

    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (index, documents, next, single) =
                (Arc::clone(&index), Arc::clone(&documents), Arc::clone(&next), single.clone());
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while start.elapsed() < Duration::from_secs(10) {
                    let write = write(next.fetch_add(1, Ordering::Relaxed), &documents);
                    let begun = Instant::now();
                    index.write(&single, vec![write], Visible::OnReturn).await.unwrap();
                    latencies.push(begun.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for caller in callers {
        latencies.extend(caller.await.unwrap());
    }
    let count = latencies.len();
    report("single documents by 8 callers, visible on return", latencies, start.elapsed());
    println!("processor time: {:?} a document", processor_time() / u32::try_from(count).unwrap());

    let before = processor_time();
    let start = Instant::now();
    let mut written = 0;
    while written < 50_000 {
        let batch = (written..written + 500).map(|number| write(number, &documents)).collect();
        index.write(&bulk, batch, Visible::Eventually).await.unwrap();
        written += 500;
    }
    println!("batches of 500: {:.0} documents/s", 50_000.0 / start.elapsed().as_secs_f64());
    println!(
        "processor time: {:?} a document",
        processor_time().checked_sub(before).unwrap() / 50_000
    );

    for name in [&single, &bulk] {
        println!("{name}: {} documents", index.count(name).await.unwrap());
        for (what, request) in requests() {
            let mut latencies = Vec::new();
            let start = Instant::now();
            let mut total = 0;
            for _ in 0..100 {
                let begun = Instant::now();
                total = index.search(name, &request).await.unwrap().total;
                latencies.push(begun.elapsed());
            }
            report(&format!("{what}, {total} found"), latencies, start.elapsed());
        }
    }
    let start = Instant::now();
    index.close().await.unwrap();
    println!("closed in {:?}", start.elapsed());
}

fn requests() -> Vec<(&'static str, SearchRequest)> {
    let words =
        |text: &str| Query::Words { fields: definition().default_fields, text: text.to_owned() };
    let term = |name: &str, field: &str| Facet {
        name: name.to_owned(),
        kind: FacetKind::Terms { field: field.to_owned() },
    };
    let plain = SearchRequest { sort: vec![SortKey::Score], ..SearchRequest::all(25) };
    let facets = vec![
        term("topics", "topic.term"),
        term("systems", "operatingSystem"),
        term("types", "toolType"),
        Facet {
            name: "years".to_owned(),
            kind: FacetKind::Years { field: "additionDate".to_owned() },
        },
    ];
    let newest = vec![SortKey::Descending("additionDate".to_owned())];
    let wildcard =
        Query::Wildcard { fields: definition().default_fields, pattern: "*genom*".to_owned() };
    vec![
        ("two words", SearchRequest { query: words("protein structure"), ..plain.clone() }),
        (
            "two words and 4 facets",
            SearchRequest {
                query: words("protein structure"),
                facets: facets.clone(),
                ..plain.clone()
            },
        ),
        ("everything, newest first", SearchRequest { sort: newest.clone(), ..plain.clone() }),
        (
            "everything, newest first, and 4 facets",
            SearchRequest { sort: newest, facets, ..plain.clone() },
        ),
        ("a wildcard", SearchRequest { query: wildcard, ..plain }),
    ]
}

/// Of this process, by all its threads: tells on a busy machine too.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let ticks: u64 =
        stat.split(' ').skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand figures, for a person to read"
)]
fn report(what: &str, mut latencies: Vec<Duration>, took: Duration) {
    latencies.sort();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    let rate = latencies.len() as f64 / took.as_secs_f64();
    println!("{what}: {rate:.0}/s, median {:?}, 99% {:?}, worst {:?}", at(0.5), at(0.99), at(1.0));
}
