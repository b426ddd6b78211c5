//! [`crate::ports::Vocabularies`]: a plugin's terms are replaced together and keep their order.

use super::samples::plugin;
use crate::Kind;
use crate::ports::{Change, Database};

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database) {
    terms_keep_their_order(database).await;
    a_plugin_replaces_its_own_terms_only(database).await;
    a_term_comes_from_one_plugin(database).await;
    a_vocabulary_without_terms_is_gone(database).await;
}

async fn terms_keep_their_order(database: &dyn Database) {
    let ids: Vec<String> =
        (0..1000).map(|number| format!("term-{}", (number * 617) % 1000)).collect();

    replace(database, "languages", "tongues", &ids).await.unwrap();

    assert_eq!(terms(database, "languages").await, ids);
    assert_eq!(database.vocabularies().await.unwrap(), [("languages".to_owned(), 1000)]);
    assert_eq!(database.terms("languages").await.unwrap()[0].json, r#"{"id":"term-0"}"#);
    assert!(database.terms("unknown").await.unwrap().is_empty());
}

async fn a_plugin_replaces_its_own_terms_only(database: &dyn Database) {
    replace(database, "licences", "law", &["mit", "apache"]).await.unwrap();
    replace(database, "licences", "open", &["cc-by", "cc0"]).await.unwrap();

    replace(database, "licences", "law", &["gpl"]).await.unwrap();

    let mut kept = terms(database, "licences").await;
    kept.sort_unstable();
    assert_eq!(kept, ["cc-by", "cc0", "gpl"]);
}

async fn a_term_comes_from_one_plugin(database: &dyn Database) {
    replace(database, "subjects", "one", &["physics"]).await.unwrap();

    let refused =
        replace(database, "subjects", "two", &["chemistry", "physics"]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    assert_eq!(terms(database, "subjects").await, ["physics"]);
}

async fn a_vocabulary_without_terms_is_gone(database: &dyn Database) {
    replace(database, "moods", "feelings", &["glad"]).await.unwrap();

    replace::<&str>(database, "moods", "feelings", &[]).await.unwrap();

    assert!(database.vocabularies().await.unwrap().iter().all(|(name, _)| name != "moods"));
}

async fn replace<T: AsRef<str>>(
    database: &dyn Database,
    vocabulary: &str,
    from: &str,
    ids: &[T],
) -> crate::Result<()> {
    let terms = ids
        .iter()
        .map(|id| (id.as_ref().to_owned(), format!(r#"{{"id":"{}"}}"#, id.as_ref())))
        .collect();
    database
        .write(vec![Change::ReplaceVocabulary {
            vocabulary: vocabulary.to_owned(),
            plugin: plugin(from),
            terms,
        }])
        .await?;
    Ok(())
}

async fn terms(database: &dyn Database, vocabulary: &str) -> Vec<String> {
    database.terms(vocabulary).await.unwrap().into_iter().map(|term| term.id).collect()
}
