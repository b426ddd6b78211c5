//! Processes tell each other of tasks.

use repono_service::ports::contract::queue;

use crate::sql::server::tests::on_tables;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_tasks_is_told_by_another_process() {
    on_tables::<sqlx::Postgres>("REPONO_TEST_POSTGRESQL", async |scene| {
        let (one, other) = (scene.open().await, scene.open().await);
        queue::who_waits_is_told(&one, &other, &scene.clock).await;
    })
    .await;
}
