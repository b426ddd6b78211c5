//! What tantivy alone promises, beside the contract.

mod damage;
mod speed;

use repono_service::ports::contract;

use super::Tantivy;
use crate::search::arrival::any_order_ends_with_the_last_versions;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();

    contract::search::keeps_the_contract(&Tantivy::open(folder.path()).unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_what_was_written() {
    let folder = tempfile::tempdir().unwrap();

    contract::search::keeps_what_was_written(async || Tantivy::open(folder.path()).unwrap())
        .await
        .unwrap();
}

#[test]
fn whatever_comes_in_whatever_order_the_last_version_stays() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let backend = Tantivy::open(folder.path()).unwrap();

    any_order_ends_with_the_last_versions(&runtime, &backend, 64);
}
