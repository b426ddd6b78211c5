//! [`crate::ports::Indices`]: one fill and one comparison of each collection are remembered, the last.

use super::samples::{collection, digest, time};
use crate::ports::{Comparison, Fill, IndexName, Indices};

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Indices) {
    a_fill_is_remembered_until_it_is_forgotten(database).await;
    the_last_comparison_is_remembered(database).await;
}

async fn a_fill_is_remembered_until_it_is_forgotten(database: &dyn Indices) {
    let first = fill("a", "a-2");
    database.note_fill(&first).await.unwrap();
    let other = fill("b", "b-7");
    database.note_fill(&other).await.unwrap();
    let further = Fill { done: 100, updated: time(9), ..first.clone() };
    database.note_fill(&further).await.unwrap();

    assert_eq!(database.fills().await.unwrap(), [further, other.clone()]);

    database.forget_fill(&first.collection).await.unwrap();
    database.forget_fill(&first.collection).await.unwrap();
    assert_eq!(database.fills().await.unwrap(), std::slice::from_ref(&other));
    database.forget_fill(&other.collection).await.unwrap();
    assert_eq!(database.fills().await.unwrap(), []);
}

async fn the_last_comparison_is_remembered(database: &dyn Indices) {
    assert_eq!(database.comparisons().await.unwrap(), []);
    let other = comparison("b");
    database.note_comparison(&other).await.unwrap();
    let first = comparison("a");
    database.note_comparison(&first).await.unwrap();
    let last = Comparison {
        problem: Some("search is not available".to_owned()),
        mended: 0,
        ended: time(9),
        ..first
    };
    database.note_comparison(&last).await.unwrap();

    assert_eq!(database.comparisons().await.unwrap(), [last, other]);
}

fn fill(name: &str, index: &str) -> Fill {
    Fill {
        collection: collection(name),
        index: IndexName(index.to_owned()),
        plugin: digest(),
        started: time(1),
        updated: time(2),
        done: 0,
        total: 300,
    }
}

fn comparison(name: &str) -> Comparison {
    Comparison {
        collection: collection(name),
        index: IndexName(format!("{name}-1")),
        started: time(1),
        ended: time(2),
        compared: 300,
        mended: 3,
        waiting: 2,
        refused: 1,
        problem: None,
    }
}
