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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_database_listens_no_more_even_if_somebody_still_has_it() {
    on_tables::<sqlx::Postgres>("REPONO_TEST_POSTGRESQL", async |scene| {
        let database = scene.open().await;
        let mut connection = scene.connection().await;
        let mut are = async |wanted: i64| {
            let others = "select count(*) from pg_stat_activity \
                          where datname = current_database() and query like 'LISTEN%'";
            for _ in 0..300 {
                let others = sqlx::query_scalar::<_, i64>(others).fetch_one(&mut connection).await;
                if others.unwrap() == wanted {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            panic!("after half a minute there are not {wanted} who listen");
        };
        are(1).await;

        database.close().await;

        are(0).await;
        drop(database);
    })
    .await;
}
