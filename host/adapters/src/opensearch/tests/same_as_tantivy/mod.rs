//! The same queries over the same real records find the same in a cluster as in tantivy.
//!
//! Only the order by score is each engine's own: there the same documents must be found, in any order.

mod documents;
mod queries;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use repono_service::ports::{
    Facet, FacetKind, IndexName, Page, SearchIndex, SearchRequest, SearchResponse, SortKey, Visible,
};
use repono_service::query::{Query, parse};

use self::documents::{definition, documents, writes};
use self::queries::{Source, WRITTEN, sort};
use super::service::options;
use crate::opensearch::OpenSearch;
use crate::tantivy::Tantivy;

/// Queries that are made up.
const MADE_UP: usize = 400;
/// Pages of one search that are compared.
const PAGES: usize = 4;

struct Pair {
    tantivy: Tantivy,
    cluster: OpenSearch,
    index: IndexName,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_records_are_found_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair {
        tantivy: Tantivy::open(folder.path()).unwrap(),
        cluster: OpenSearch::connect(&options()).await.unwrap(),
        index: IndexName("same".to_owned()),
    };
    let documents = documents();
    pair.fill(&documents).await;
    let source = Source::new(&documents);

    let mut different = Vec::new();
    for (number, request) in requests(&source).into_iter().enumerate() {
        if let Err(how) = pair.compare(&request).await {
            different.push(format!("{number}: {how}\n{request:?}"));
        }
    }

    pair.cluster.remove(&pair.index).await.unwrap();
    assert!(
        different.is_empty(),
        "{} requests differ, among them\n{}",
        different.len(),
        different[..different.len().min(12)].join("\n\n")
    );
}

fn requests(source: &Source) -> Vec<SearchRequest> {
    let mut random = StdRng::seed_from_u64(4);
    let definition = definition();
    let written = WRITTEN.iter().map(|text| {
        let parsed = parse(text, &definition);
        assert_eq!(parsed.fallback, None, "{text}");
        SearchRequest { query: parsed.query, ..SearchRequest::all(100) }
    });
    let mut requests: Vec<_> = written.collect();
    for _ in 0..MADE_UP {
        let often = |random: &mut StdRng, query: Query| {
            if random.random_bool(0.3) { query } else { Query::All }
        };
        let (filter, post_filter) = (source.query(&mut random, 1), source.query(&mut random, 1));
        requests.push(SearchRequest {
            query: source.query(&mut random, 3),
            filter: often(&mut random, filter),
            post_filter: often(&mut random, post_filter),
            facets: facets(&mut random),
            facet_size: random.random_range(1..30),
            sort: sort(&mut random),
            ..SearchRequest::all(random.random_range(1..120))
        });
    }
    requests
}

fn facets(random: &mut StdRng) -> Vec<Facet> {
    let terms = |field: &str| FacetKind::Terms { field: field.to_owned() };
    let nested = |field: &str, inner: &str| FacetKind::Nested {
        field: field.to_owned(),
        inner: inner.to_owned(),
    };
    let years = |field: &str| FacetKind::Years { field: field.to_owned() };
    let kinds = [
        terms("topic.term"),
        terms("metadata.subjects.subject"),
        terms("operatingSystem"),
        terms("open"),
        terms("nowhere"),
        terms("metadata.title"),
        nested("toolType", "operatingSystem"),
        nested("metadata.publisher", "metadata.subjects.subject"),
        nested("open", "nowhere"),
        years("additionDate"),
        years("metadata.publication_date"),
        years("name"),
    ];
    let chosen = kinds.into_iter().enumerate().filter(|_| random.random_bool(0.3));
    chosen.map(|(number, kind)| Facet { name: number.to_string(), kind }).collect()
}

impl Pair {
    async fn fill(&self, documents: &[(String, serde_json::Value)]) {
        for backend in self.backends() {
            backend.create(&self.index, &definition()).await.unwrap();
            for part in documents.chunks(2_000) {
                let refused =
                    backend.write(&self.index, writes(part), Visible::Eventually).await.unwrap();
                assert_eq!(refused, []);
            }
            backend.write(&self.index, writes(&documents[..1]), Visible::OnReturn).await.unwrap();
            assert_eq!(backend.count(&self.index).await.unwrap(), documents.len() as u64);
        }
        let versions = self.both(async |backend| {
            backend.versions(&self.index, Some("records-2"), 3_000).await.unwrap()
        });
        let [left, right] = versions.await;
        assert_eq!(left, right);
    }

    fn backends(&self) -> [&dyn SearchIndex; 2] {
        [&self.tantivy, &self.cluster]
    }

    async fn both<T>(&self, ask: impl AsyncFn(&dyn SearchIndex) -> T) -> [T; 2] {
        let [left, right] = self.backends();
        [ask(left).await, ask(right).await]
    }

    async fn compare(&self, request: &SearchRequest) -> Result<(), String> {
        let by_key = SearchRequest { sort: Vec::new(), size: 1_000, ..request.clone() };
        let [left, right] =
            self.both(async |backend| walk(backend, &self.index, &by_key, 1).await).await;
        same(&left?, &right?)?;
        let [left, right] =
            self.both(async |backend| walk(backend, &self.index, request, PAGES).await).await;
        let (mut left, mut right) = (left?, right?);
        if request.sort.contains(&SortKey::Score) {
            if left.total > (PAGES * request.size) as u64 {
                return Ok(());
            }
            for found in [&mut left, &mut right] {
                found.hits.sort_by(|a, b| a.key.cmp(&b.key));
            }
        }
        same(&left, &right)
    }
}

/// Some pages as one.
async fn walk(
    backend: &dyn SearchIndex,
    index: &IndexName,
    request: &SearchRequest,
    pages: usize,
) -> Result<SearchResponse, String> {
    let mut all: Option<SearchResponse> = None;
    let mut page = Page::Offset(0);
    for _ in 0..pages {
        let request = SearchRequest { page: page.clone(), ..request.clone() };
        let found = backend.search(index, &request).await.map_err(|error| format!("{error:?}"))?;
        let Some(last) = found.hits.last() else { return Ok(all.unwrap_or(found)) };
        page = Page::After(last.cursor.clone());
        match &mut all {
            None => all = Some(found),
            Some(all) => all.hits.extend(found.hits),
        }
    }
    all.ok_or_else(|| "no pages".to_owned())
}

fn same(tantivy: &SearchResponse, cluster: &SearchResponse) -> Result<(), String> {
    let keys = |found: &SearchResponse| -> Vec<String> {
        found.hits.iter().map(|hit| hit.key.clone()).collect()
    };
    let (left, right) = (keys(tantivy), keys(cluster));
    if tantivy.total != cluster.total || left != right {
        let place = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
        return Err(format!(
            "{} hits of tantivy, {} of the cluster; from place {place} on {:?} and {:?}",
            tantivy.total,
            cluster.total,
            left.get(place..(place + 3).min(left.len())),
            right.get(place..(place + 3).min(right.len())),
        ));
    }
    if tantivy.facets != cluster.facets {
        return Err(format!(
            "{:?} of tantivy, {:?} of the cluster",
            tantivy.facets, cluster.facets
        ));
    }
    Ok(())
}
