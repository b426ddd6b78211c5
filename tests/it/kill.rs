//! Killed at any moment, the server loses nothing that it has acknowledged.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::{Program, ServerProcess, compiled_folder, data_folder, minimal_record};
use http::Method;
use repono_server::app::Role;

const KILLS: u64 = 50;

/// Not a test: the process that the test kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves for `every_acknowledged_record_is_there_after_each_kill` and does nothing by itself"]
async fn serve() {
    harness::serve_for_parent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_record_is_there_after_each_kill() {
    let folder = data_folder().await;
    let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut checked = 0;

    for round in 0..=KILLS {
        let mut server = ServerProcess::start("kill::serve", folder.path()).await;
        let known = acknowledged.lock().unwrap().clone();
        for id in &known[checked..] {
            server.anonymous.get(&format!("/api/records/{id}")).await.expect(200);
            let found =
                server.anonymous.get(&format!("/api/records?q=id:{id}")).await.expect(200).json();
            assert_eq!(
                found["hits"]["total"], 1,
                "{id} is stored and not found after kill {round}"
            );
        }
        checked = known.len();
        if round == KILLS {
            let found = server.anonymous.get("/api/records?size=1").await.json();
            assert!(
                found["hits"]["total"].as_u64().unwrap() >= u64::try_from(known.len()).unwrap()
            );
            break;
        }

        let writers: Vec<_> = (0..4)
            .map(|writer| {
                tokio::spawn(write(
                    server.client.clone(),
                    round * 10 + writer,
                    Arc::clone(&acknowledged),
                ))
            })
            .collect();
        // A spread of moments, the same in every run.
        tokio::time::sleep(Duration::from_millis(20 + (round * 7919) % 701)).await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    assert!(
        checked > 50,
        "only {checked} records were acknowledged: the kills came too early to prove anything"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_first_start_did_not_bring_the_next_one_brings() {
    for moment in 0..10 {
        let folder = compiled_folder().await;
        // With settings of its own, even none, it comes with the shipped plugins.
        ServerProcess::configure(folder.path(), "");
        let mut first = Program::serve("kill::serve", folder.path(), &Role::ALL);
        tokio::time::sleep(Duration::from_millis(100 + moment * 60)).await;
        first.kill();

        let server = ServerProcess::start("kill::serve", folder.path()).await;

        for collection in ["records", "biotools", "opendata"] {
            server.anonymous.get(&format!("/api/{collection}")).await.expect(200);
        }
    }
}

/// Deposits and publishes until the server is gone; notes what was acknowledged.
async fn write(client: harness::Client, series: u64, acknowledged: Arc<Mutex<Vec<String>>>) {
    let json = [("content-type", "application/json")];
    for number in 0.. {
        let body = minimal_record(&format!("Record {number} of series {series}")).to_string();
        let Ok(created) = client.try_send(Method::POST, "/api/records", &json, body).await else {
            return;
        };
        let id = created.expect(201).id();
        let Ok(published) = client
            .try_send(Method::POST, &format!("/api/records/{id}/draft/actions/publish"), &[], "")
            .await
        else {
            return;
        };
        published.expect(202);
        acknowledged.lock().unwrap().push(id);
    }
}
