//! The analyser of an index cuts text into words as tantivy's does.

use repono_service::ports::{Field, FieldKind, IndexDefinition, IndexName, SearchIndex as _};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::service::options;
use crate::opensearch::OpenSearch;
use crate::opensearch::client::Content;
use crate::search::words::split;

#[derive(Deserialize)]
struct Analysed {
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// What is made of the character within a word, and at the begin of one.
fn around(character: char) -> String {
    format!("x{character}y {character}Z ")
}

/// Letters of versions of Unicode that came after that of Java 17, which most clusters run on.
const NEWER: &[(char, char)] = &[
    ('\u{870}', '\u{88f}'),
    ('\u{897}', '\u{897}'),
    ('\u{8b5}', '\u{8b5}'),
    ('\u{8c8}', '\u{8c9}'),
    ('\u{c04}', '\u{c04}'),
    ('\u{c5c}', '\u{c5d}'),
    ('\u{cdc}', '\u{cdd}'),
    ('\u{cf3}', '\u{cf3}'),
    ('\u{f82}', '\u{f83}'),
    ('\u{170d}', '\u{171f}'),
    ('\u{1acc}', '\u{1ace}'),
    ('\u{1b4c}', '\u{1b4c}'),
    ('\u{1c89}', '\u{1c8a}'),
    ('\u{1dd3}', '\u{1de6}'),
    ('\u{2c2f}', '\u{2c5f}'),
    ('\u{9ffd}', '\u{9fff}'),
    ('\u{a7c0}', '\u{a7f4}'),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_character_but_the_newest_is_treated_the_same() {
    let backend = OpenSearch::connect(&options()).await.unwrap();
    let index = IndexName("words".to_owned());
    let title = Field { path: "title".to_owned(), kind: FieldKind::Text };
    let definition = IndexDefinition { fields: vec![title], ..IndexDefinition::default() };
    backend.create(&index, &definition).await.unwrap();
    let alias = backend.layout(&index).await.unwrap().alias.clone();
    let is_same = async |text: &str| {
        let body = json!({ "field": "f0", "text": text });
        let path = format!("{alias}/_analyze");
        let found: Analysed =
            backend.client.ask(&Method::POST, &path, Content::from(&body)).await.unwrap();
        let expected = split(text).into_iter().map(|(_, word)| word);
        found.tokens.into_iter().map(|token| token.token).eq(expected)
    };
    let characters =
        ('\u{20}'..='\u{d7ff}').chain('\u{f900}'..='\u{ffff}').chain('\u{1f000}'..='\u{200ff}');
    let characters: Vec<char> = characters.collect();

    let mut different = Vec::new();
    for part in characters.chunks(500) {
        if is_same(&part.iter().copied().map(around).collect::<String>()).await {
            continue;
        }
        for character in part {
            let is_newer = NEWER.iter().any(|(first, last)| (*first..=*last).contains(character));
            if !is_newer && !is_same(&around(*character)).await {
                different.push(*character);
            }
        }
    }

    backend.remove(&index).await.unwrap();
    let shown: Vec<_> =
        different.iter().map(|character| format!("{:04x}", u32::from(*character))).collect();
    assert!(different.is_empty(), "{} characters: {}", different.len(), shown.join(" "));
}
