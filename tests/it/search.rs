use harness::{TestApp, documents, minimal_record};
use http::Method;
use serde_json::{Value, json};

async fn with_records(name: &str, collection: &str, count: usize) -> TestApp {
    let app = TestApp::new().await;
    let lines = documents(name, count).join("\n");
    let reply = app
        .alice
        .send(
            Method::POST,
            &format!("/api/{collection}/import?publish=true&refresh=wait_for"),
            "application/x-ndjson",
            lines,
        )
        .await;
    let last = reply.lines().pop().unwrap();
    assert_eq!(last["created"], count, "{last}");
    app
}

fn titles(found: &Value) -> Vec<&str> {
    found["hits"]["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["metadata"]["title"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn facets_are_counted_before_they_are_chosen() {
    let app = with_records("biotools", "biotools", 120).await;

    let all = app.anonymous.get("/api/biotools?size=5").await.expect(200).json();
    let facet = all["aggregations"]["tool_type"]["buckets"].as_array().unwrap();
    let (key, count) = (facet[0]["key"].as_str().unwrap(), facet[0]["doc_count"].as_u64().unwrap());
    let chosen = app
        .anonymous
        .get(&format!("/api/biotools?size=5&tool_type={}", key.replace(' ', "%20")))
        .await
        .expect(200)
        .json();

    assert_eq!(chosen["hits"]["total"], count);
    let buckets = chosen["aggregations"]["tool_type"]["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), facet.len());
    assert_eq!(buckets[0]["is_selected"], true);
    assert_eq!(buckets[0]["doc_count"], count);
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_facets_and_years_are_counted_and_narrow() {
    let app = with_records("records", "records", 100).await;

    let all = app.anonymous.get("/api/records").await.expect(200).json();
    let types = &all["aggregations"]["resource_type"]["buckets"];
    assert_eq!(types[0]["label"], "Dataset", "{types}");
    let years = all["aggregations"]["publication_date"]["buckets"].as_array().unwrap();
    let total: u64 = years.iter().map(|bucket| bucket["doc_count"].as_u64().unwrap()).sum();
    assert_eq!(total, 100);
    let year = years[0]["key"].as_str().unwrap();
    let of_year =
        app.anonymous.get(&format!("/api/records?publication_date={year}..{year}")).await.json();

    assert_eq!(of_year["hits"]["total"], years[0]["doc_count"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lucene_syntax_is_understood_and_nonsense_read_as_words() {
    let app = TestApp::new().await;
    for title in ["Alpha beta gamma", "Beta delta", "Gamma rays at 7 TeV"] {
        let id = app.alice.post("/api/records", &minimal_record(title)).await.expect(201).id();
        app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    }
    let total = |query: &str| {
        let (client, query) = (
            app.anonymous.clone(),
            query.replace(' ', "%20").replace('"', "%22").replace('+', "%2B"),
        );
        async move {
            client.get(&format!("/api/records?q={query}")).await.expect(200).json()["hits"]["total"]
                .as_u64()
                .unwrap()
        }
    };

    assert_eq!(total("title:beta").await, 2);
    assert_eq!(total("metadata.title:\"beta gamma\"").await, 1);
    assert_eq!(total("+beta -delta").await, 1);
    assert_eq!(total("title:(alpha OR delta)").await, 2);
    assert_eq!(total("title:gam*").await, 2);
    assert_eq!(total("title:gamna~1").await, 2);
    assert_eq!(total("metadata.publication_date:[2020 TO 2021]").await, 3);
    assert_eq!(total("metadata.publication_date:[2021 TO *]").await, 0);
    assert_eq!(total("metadata.resource_type.id:image-photo").await, 3);
    assert_eq!(total("nowhere:beta").await, 0);
    assert!(total("title:(beta").await >= 2, "a syntax error is read as plain words");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_end_at_ten_thousand_and_a_cursor_reaches_everything_once() {
    let app = with_records("biotools", "biotools", 95).await;

    app.anonymous.get("/api/biotools?page=101&size=100").await.expect(400);
    app.anonymous.get("/api/biotools?page=0").await.expect(400);
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/api/biotools?size=10&sort=oldest&cursor=".to_owned();
    let mut steps = 0;
    loop {
        let page = app.anonymous.get(&path).await.expect(200).json();
        for hit in page["hits"]["hits"].as_array().unwrap() {
            assert!(seen.insert(hit["id"].as_str().unwrap().to_owned()), "seen twice");
        }
        steps += 1;
        let Some(next) = page["links"]["next"].as_str() else { break };
        path = next[next.find("/api/").unwrap()..].to_owned();
        assert!(steps < 20);
    }
    assert_eq!(seen.len(), 95);
}

#[tokio::test(flavor = "multi_thread")]
async fn sort_options_sort_and_unknown_ones_are_told() {
    let app = TestApp::new().await;
    for title in ["One", "Two", "Three"] {
        let id = app.alice.post("/api/records", &minimal_record(title)).await.expect(201).id();
        app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    }

    assert_eq!(
        titles(&app.anonymous.get("/api/records?sort=oldest").await.json()),
        ["One", "Two", "Three"]
    );
    assert_eq!(
        titles(&app.anonymous.get("/api/records?sort=newest").await.json()),
        ["Three", "Two", "One"]
    );
    let refused = app.anonymous.get("/api/records?sort=foo").await.expect(400).json();
    assert_eq!(refused["errors"][0]["messages"][0], "Invalid sort option 'foo'.");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_found_in_a_box_and_within_a_distance() {
    let app = TestApp::new().await;
    for (title, lon, lat) in
        [("Geneva", 6.15, 46.2), ("Suva", 178.4, -18.1), ("Apia", -171.8, -13.8)]
    {
        let mut record = minimal_record(title);
        record["metadata"]["locations"] = json!({"features": [{"geometry": {"type": "Point", "coordinates": [lon, lat]}, "place": title}]});
        let id = app.alice.post("/api/records", &record).await.expect(201).id();
        app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    }
    let found = |query: &str| {
        let (client, path) = (app.anonymous.clone(), format!("/api/records?sort=oldest&{query}"));
        async move {
            titles(&client.get(&path).await.expect(200).json())
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        }
    };

    assert_eq!(found("bounds=5,45,7,47").await, ["Geneva"]);
    assert_eq!(found("bounds=170,-30,-165,0").await, ["Suva", "Apia"], "across the 180th meridian");
    assert_eq!(found("near=46.2,6.0,50km").await, ["Geneva"]);
    assert_eq!(found("near=-16,-178,1000km").await, ["Suva", "Apia"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_begin_as_what_was_typed() {
    let app = TestApp::new().await;
    let id =
        app.alice.post("/api/records", &minimal_record("Hadronic showers")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    assert_eq!(
        app.anonymous.get("/api/records?suggest=hadr").await.expect(200).json()["hits"]["hits"][0]
            ["id"],
        id
    );
    assert_eq!(app.anonymous.get("/api/records?suggest=adronic").await.json()["hits"]["total"], 0);
    let terms = app
        .anonymous
        .get("/api/vocabularies/licenses?suggest=cc-by&size=2")
        .await
        .expect(200)
        .json();
    assert_eq!(terms["hits"]["hits"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_what_a_record_has_become_though_it_has_shown_it_before() {
    let app = TestApp::new().await;
    let id = app.alice.post("/api/records", &minimal_record("Before")).await.expect(201).id();
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);
    let listed = async || {
        let list = app.anonymous.get("/api/records").await.expect(200).json();
        titles(&list).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, ["Before"]);
    assert_eq!(listed().await, ["Before"]);

    app.alice.act(&format!("/api/records/{id}/draft")).await.expect(201);
    let changed = minimal_record("After");
    app.alice.put(&format!("/api/records/{id}/draft"), &changed).await.expect(200);
    app.alice.act(&format!("/api/records/{id}/draft/actions/publish")).await.expect(202);

    assert_eq!(listed().await, ["After"]);
    let owners = app.alice.get("/api/records").await.expect(200).json();
    assert!(owners["hits"]["hits"][0]["parent"]["access"]["grants"].is_array(), "{owners}");
    let readers = app.anonymous.get("/api/records").await.expect(200).json();
    assert!(readers["hits"]["hits"][0]["parent"]["access"]["grants"].is_null(), "{readers}");
    let delete = format!("/api/records/{id}/delete");
    app.admin.send(Method::DELETE, &delete, "application/json", "{}").await.expect(204);
    assert!(listed().await.is_empty());
}
