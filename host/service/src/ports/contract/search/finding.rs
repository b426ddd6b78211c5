//! Words, phrases and what is like a word.

use serde_json::json;

use super::scene::{Scene, everything, weighted};
use crate::Result;
use crate::ports::{SearchIndex, SearchRequest, SortKey};
use crate::query::Query;

pub(super) async fn run(backend: &dyn SearchIndex) -> Result<()> {
    let scene = Scene::new(backend, "finding").await?;
    scene
        .put(&[
            ("cafe", json!({ "title": "Le Café des Sciences", "kind": "Text", "authors": [{ "name": "Ada Lovelace" }, { "name": "Émile Zola" }] })),
            ("genome", json!({ "title": "The genome of rice", "description": "A draft sequence of the rice genome", "tags": ["plants", "dna-seq"] })),
            ("rice", json!({ "title": ["Rice prices", "An index"], "description": "Prices of rice", "kind": "text", "open": true, "count": 3 })),
            ("wifi", json!({ "title": "Wi-Fi interference", "kind": "10.1234/ab c", "open": false, "size": 2.5, "unknown": "rice" })),
        ])
        .await?;

    words_are_found_in_any_field(&scene).await?;
    phrases_keep_their_order(&scene).await?;
    values_are_found_as_they_are(&scene).await?;
    patterns_find_words(&scene).await?;
    queries_combine(&scene).await?;
    a_filter_does_not_score(&scene).await?;
    scene.remove().await
}

fn words(text: &str) -> Query {
    Query::Words {
        fields: weighted(&["title", "description", "authors.name"]),
        text: text.to_owned(),
    }
}

async fn words_are_found_in_any_field(scene: &Scene<'_>) -> Result<()> {
    for (text, expected) in [
        ("RICE", vec!["genome", "rice"]),
        ("cafe", vec!["cafe"]),
        ("CAFÉ", vec!["cafe"]),
        ("zola lovelace", vec!["cafe"]),
        ("rice draft", vec!["genome"]),
        ("rice cafe", vec![]),
        ("wi-fi", vec!["wifi"]),
        ("wi-rice", vec![]),
        ("rice !", vec!["genome", "rice"]),
        ("?!", vec![]),
    ] {
        assert_eq!(scene.keys(words(text)).await?, expected, "{text}");
    }
    let mixed = Query::Words {
        fields: weighted(&["title", "kind", "count", "open", "nowhere"]),
        text: "3 text".to_owned(),
    };
    assert_eq!(scene.keys(mixed).await?, ["rice"]);
    Ok(())
}

async fn phrases_keep_their_order(scene: &Scene<'_>) -> Result<()> {
    for (text, slop, expected) in [
        ("rice genome", 0, vec!["genome"]),
        ("genome rice", 0, vec![]),
        ("genome rice", 1, vec!["genome"]),
        ("prices of rice", 0, vec!["rice"]),
        ("sciences", 0, vec!["cafe"]),
        ("lovelace zola", 0, vec![]),
    ] {
        let query = Query::Phrase {
            fields: weighted(&["title", "description", "authors.name"]),
            text: text.to_owned(),
            slop,
        };
        assert_eq!(scene.keys(query).await?, expected, "{text}~{slop}");
    }
    let whole =
        Query::Phrase { fields: weighted(&["kind"]), text: "10.1234/ab c".to_owned(), slop: 0 };
    assert_eq!(scene.keys(whole).await?, ["wifi"]);
    Ok(())
}

async fn values_are_found_as_they_are(scene: &Scene<'_>) -> Result<()> {
    for (field, value, expected) in [
        ("kind", "text", vec!["rice"]),
        ("kind", "Text", vec!["cafe"]),
        ("kind", "10.1234/ab c", vec!["wifi"]),
        ("tags", "dna-seq", vec!["genome"]),
        ("tags", "dna", vec![]),
        ("open", "true", vec!["rice"]),
        ("open", "false", vec!["wifi"]),
        ("count", "3", vec!["rice"]),
        ("count", "three", vec![]),
        ("size", "2.5", vec!["wifi"]),
        ("unknown", "rice", vec![]),
    ] {
        assert_eq!(scene.keys(Query::term(field, value)).await?, expected, "{field}:{value}");
    }
    for (field, expected) in [
        ("tags", vec!["genome"]),
        ("description", vec!["genome", "rice"]),
        ("open", vec!["rice", "wifi"]),
        ("unknown", vec![]),
    ] {
        assert_eq!(
            scene.keys(Query::Exists { field: field.to_owned() }).await?,
            expected,
            "{field}"
        );
    }
    Ok(())
}

async fn patterns_find_words(scene: &Scene<'_>) -> Result<()> {
    for (field, pattern, expected) in [
        ("title", "genom*", vec!["genome"]),
        ("title", "*ic?", vec!["genome", "rice"]),
        ("title", "caf?", vec!["cafe"]),
        ("title", "café*", vec!["cafe"]),
        ("title", "sc*ces", vec!["cafe"]),
        ("kind", "T*", vec!["cafe"]),
        ("kind", "10.*/ab?c", vec!["wifi"]),
        ("kind", "*", vec!["cafe", "rice", "wifi"]),
        ("count", "3*", vec![]),
    ] {
        let query = Query::Wildcard { fields: weighted(&[field]), pattern: pattern.to_owned() };
        assert_eq!(scene.keys(query).await?, expected, "{field}:{pattern}");
    }
    for (word, distance, expected) in [
        ("genmoe", 1, vec!["genome"]),
        ("Gnome", 1, vec!["genome"]),
        ("gnme", 1, vec![]),
        ("gnme", 2, vec!["genome"]),
    ] {
        let query = Query::Fuzzy { fields: weighted(&["title"]), word: word.to_owned(), distance };
        assert_eq!(scene.keys(query).await?, expected, "{word}~{distance}");
    }
    Ok(())
}

async fn queries_combine(scene: &Scene<'_>) -> Result<()> {
    let rice = || words("rice");
    let genome = || words("genome");
    for (must, should, must_not, expected) in [
        (vec![rice(), genome()], vec![], vec![], vec!["genome"]),
        (vec![], vec![words("cafe"), genome()], vec![], vec!["cafe", "genome"]),
        (vec![rice()], vec![words("cafe")], vec![], vec!["genome", "rice"]),
        (vec![rice()], vec![], vec![genome()], vec!["rice"]),
        (vec![], vec![], vec![rice()], vec!["cafe", "wifi"]),
        (vec![rice(), words("?!")], vec![], vec![], vec!["genome", "rice"]),
        (vec![Query::Nothing], vec![rice()], vec![], vec![]),
    ] {
        let query = Query::Bool { must, should, must_not };
        assert_eq!(scene.keys(query.clone()).await?, expected, "{query:?}");
    }
    Ok(())
}

async fn a_filter_does_not_score(scene: &Scene<'_>) -> Result<()> {
    let boosted = Query::any_of([Query::Boost(Box::new(words("prices")), 100.0), words("rice")]);
    let best = SearchRequest { query: boosted, sort: vec![SortKey::Score], ..everything() };
    let keys = |response: crate::ports::SearchResponse| {
        response.hits.into_iter().map(|hit| hit.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(scene.search(&best).await?), ["rice", "genome"]);

    let favour = Query::any_of([Query::All, Query::Boost(Box::new(words("genome")), 1_000.0)]);
    let filtered = SearchRequest { filter: favour, ..best };
    assert_eq!(keys(scene.search(&filtered).await?), ["rice", "genome"]);

    let none = SearchRequest { filter: Query::Nothing, ..everything() };
    assert_eq!(scene.search(&none).await?.total, 0);
    Ok(())
}
