//! Every port's contract.

use std::sync::Arc;

use repono_service::ports::contract::{
    HeldClock, accounts, announcements, dois, indices, kv, letters, nodes, outbox, packages,
    processes, queue, records, schedules, transactions, vocabularies, webhooks,
};

use super::open;
use crate::sql::hostile;
use crate::sql::sqlite::Sqlite;

#[tokio::test]
async fn transactions_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    transactions::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn records_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    records::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn accounts_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    accounts::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn packages_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    packages::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn kv_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    kv::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn vocabularies_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    vocabularies::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn dois_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    dois::keep_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn the_outbox_keeps_the_contract() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    outbox::keeps_the_contract(&Sqlite::open(folder.path(), clock.clone()).await.unwrap(), &clock)
        .await;
}

#[tokio::test]
async fn announcements_keep_the_contract() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    let database = Sqlite::open(folder.path(), clock.clone()).await.unwrap();
    announcements::keep_the_contract(&database, &clock).await;
}

#[tokio::test]
async fn who_waits_for_tasks_is_told() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    let database = Sqlite::open(folder.path(), clock.clone()).await.unwrap();
    queue::who_waits_is_told(&database, &database, &clock).await;
}

#[tokio::test]
async fn the_queue_keeps_the_contract() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    queue::keeps_the_contract(&Sqlite::open(folder.path(), clock.clone()).await.unwrap(), &clock)
        .await;
}

#[tokio::test]
async fn schedules_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path()).await;
    schedules::keep_the_contract(&database, &database.clone()).await;
}

#[tokio::test]
async fn letters_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    letters::keep_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn webhooks_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    webhooks::keep_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn nodes_keep_the_contract() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    nodes::keeps_the_contract(&Sqlite::open(folder.path(), clock.clone()).await.unwrap(), &clock)
        .await;
}

#[tokio::test]
async fn indices_keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    indices::keeps_the_contract(&open(folder.path()).await).await;
}

#[tokio::test]
async fn two_handles_keep_the_contract_of_processes() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    let one = Sqlite::open(folder.path(), clock.clone()).await.unwrap();
    processes::keep_the_contract(&one, &one.clone(), &clock).await;
}

#[tokio::test]
async fn hostile_texts_are_kept() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    let database = Sqlite::open(folder.path(), clock.clone()).await.unwrap();
    hostile::texts_are_kept(&database, &clock).await;
}
