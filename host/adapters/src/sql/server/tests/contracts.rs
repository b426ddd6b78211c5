//! Every port's contract.

use repono_service::ports::contract;

use super::{Tested, on_tables};
use crate::sql::hostile;

pub(in crate::sql) async fn transactions_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::transactions::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn records_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::records::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn accounts_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::accounts::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn dois_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::dois::keep_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn packages_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::packages::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn kv_keeps_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::kv::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn vocabularies_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::vocabularies::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn the_outbox_keeps_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::outbox::keeps_the_contract(&scene.open().await, &scene.clock).await;
    })
    .await;
}

pub(in crate::sql) async fn the_queue_keeps_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::queue::keeps_the_contract(&scene.open().await, &scene.clock).await;
    })
    .await;
}

pub(in crate::sql) async fn indices_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::indices::keeps_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn announcements_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::announcements::keep_the_contract(&scene.open().await, &scene.clock).await;
    })
    .await;
}

pub(in crate::sql) async fn schedules_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let (one, other) = (scene.open().await, scene.open().await);
        contract::schedules::keep_the_contract(&one, &other).await;
    })
    .await;
}

pub(in crate::sql) async fn letters_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::letters::keep_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn webhooks_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::webhooks::keep_the_contract(&scene.open().await).await;
    })
    .await;
}

pub(in crate::sql) async fn nodes_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        contract::nodes::keeps_the_contract(&scene.open().await, &scene.clock).await;
    })
    .await;
}

pub(in crate::sql) async fn two_processes_keep_the_contract<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let (one, other) = (scene.open().await, scene.open().await);
        contract::processes::keep_the_contract(&one, &other, &scene.clock).await;
    })
    .await;
}

pub(in crate::sql) async fn hostile_texts_are_kept<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        hostile::texts_are_kept(&scene.open().await, &scene.clock).await;
    })
    .await;
}
