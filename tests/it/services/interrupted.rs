//! Processes that index are killed, on services that they share.

use std::time::{Duration, Instant};

use harness::{Program, Shared, Traffic, data_folder};
use repono_server::app::Role;
use serde_json::json;

use crate::indexing::kills::{import, survives_kills};
use crate::indexing::{nothing_waits, status, total, work};

const RECORDS: usize = 400;
const KILLS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn what_killed_relays_left_others_index_and_nothing_is_missing() {
    let shared = Shared::new().await;
    let node = shared
        .node_with(|app| {
            app.roles = [Role::Serve].into();
            app.config.indexing.wait_ms = 100;
        })
        .await;
    shared.search.set(Traffic::Refused);
    import(&node.admin, RECORDS).await;
    let folders = [data_folder().await, data_folder().await];
    for folder in &folders {
        shared
            .configure(folder.path(), "[indexing]\nbatch_records = 4\nbatches = 2\npoll_ms = 50\n");
    }
    let start =
        |number: usize| Program::serve("kill::serve", folders[number].path(), &[Role::Relay]);

    let pending = async || {
        let state = node.admin.get("/api/admin/indices").await.expect(200).json();
        usize::try_from(state["lag"]["pending"].as_u64().unwrap()).unwrap()
    };

    let mut relays = [start(0), start(1)];
    let mut cut_off = 0;
    let mut last = RECORDS;
    for round in 0..KILLS {
        // Something has been done since the last kill, and more is to do.
        let begun = Instant::now();
        while last > 0 && last == pending().await {
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "{last} wait, and nobody does anything"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A spread of moments, the same in every run.
        tokio::time::sleep(Duration::from_millis((round * 7919) % 101)).await;
        let killed = usize::try_from(round % 2).unwrap();
        relays[killed].kill();
        last = pending().await;
        cut_off += usize::from((1..RECORDS).contains(&last));
        relays[killed] = start(killed);
    }

    assert!(cut_off > 1, "only {cut_off} kills came in the middle of the work");
    shared.search.set(Traffic::Passes);
    nothing_waits(&node.admin).await;
    let drift = work(&node.admin, "/api/admin/indices/biotools/reconcile").await;
    assert_eq!(drift["compared"], RECORDS, "{drift}");
    assert_eq!([&drift["mended"], &drift["waiting"], &drift["refused"]], [&json!(0); 3], "{drift}");
    assert_eq!(total(&node.anonymous, "/api/biotools?size=1").await, RECORDS);
    assert_eq!(status(&node.admin, "biotools").await["quarantined"], 0);
    drop(relays);
    shared.end([node]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_in_a_cluster_goes_on_after_each_kill() {
    let shared = Shared::new().await;
    // It brings the plugins, and cleans up in the end.
    let node = shared.node_with(|app| app.roles = [Role::Serve].into()).await;
    let folder = data_folder().await;
    shared.configure(folder.path(), "[indexing]\nbatch_records = 10\n");

    survives_kills(folder.path(), 4).await;

    let indices = node.app.services.search.indices().await.unwrap();
    let of_it = indices.iter().filter(|index| index.0.starts_with("biotools-")).count();
    assert_eq!(of_it, 2, "the one in use and one that is kept: {indices:?}");
    shared.end([node]).await;
}
