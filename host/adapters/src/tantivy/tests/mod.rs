//! What tantivy alone promises, beside the contract.

mod damage;
mod speed;

use repono_service::ports::contract;

use super::Tantivy;

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
