//! The disk of the embedded backends, when it is full or cannot be written to.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Client, ServerProcess, data_folder_in, minimal_record, refusal_on};
use tokio::sync::watch;

use super::load::{Load, Told};
use super::until;

/// Not a test: the process whose disk the tests fill.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves for its neighbours and does nothing by itself"]
async fn serve() {
    harness::serve_for_parent().await;
}

const ENTRY: &str = "services::disk::serve";

/// A small disk of the test's own. Only root may mount one, as the services of these tests need root
/// to be installed.
struct Disk(tempfile::TempDir);

impl Disk {
    fn of_megabytes(megabytes: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={megabytes}m,mode=0700");
        mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], folder.path());
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes up all room that is left, in a file to be removed.
    fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let mut file = std::fs::File::options().append(true).create(true).open(&ballast).unwrap();
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        ballast
    }

    fn remount(&self, options: &str) {
        mount(&["-o", &format!("remount,{options}")], self.path());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that was killed may not have let go yet.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status().ok();
    }
}

fn mount(arguments: &[&str], folder: &Path) {
    let mounted = Command::new("mount").args(arguments).arg(folder).output().unwrap();
    let why = String::from_utf8_lossy(&mounted.stderr);
    assert!(
        mounted.status.success(),
        "a disk for the test cannot be mounted, which takes root: {why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_or_read_only_at_the_start_is_told_in_a_sentence() {
    let disk = Disk::of_megabytes(4);
    disk.fill();

    let full = refusal_on(&disk.path().join("data")).await;
    disk.remount("ro");
    let read_only = refusal_on(&disk.path().join("data")).await;

    assert!(full.contains("the disk") && full.contains("is full"), "{full}");
    assert!(read_only.contains("read-only file system"), "{read_only}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_disk_has_become_read_only_is_told_in_a_sentence() {
    let disk = Disk::of_megabytes(200);
    let folder = disk.path().join("data");
    data_folder_in(&folder).await;
    disk.remount("ro");

    let refused = refusal_on(&folder).await;

    assert!(refused.contains("read-only file system"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_disk_that_fills_up_reads_go_on_and_nothing_acknowledged_is_lost() {
    let disk = Disk::of_megabytes(200);
    let folder = disk.path().join("data");
    data_folder_in(&folder).await;
    let mut server = ServerProcess::start(ENTRY, &folder).await;
    let current = watch::Sender::new(server.client.clone());

    let mut told = Told::default();
    for _ in 0..2 {
        let load = Load::begin(4, &current);
        load.goes_on(3).await;
        let ballast = disk.fill();
        let refused = until("the disk is full", async || {
            // What the search index frees by and by is filled up too.
            disk.fill();
            Some(create(&server.client).await).filter(|reply| reply.status != 201)
        })
        .await;
        assert_eq!(refused.status, 503, "{}", refused.text());
        assert!(refused.text().contains("disk"), "{}", refused.text());
        assert!(!refused.header("retry-after").is_empty());
        server.anonymous.get("/health/live").await.expect(200);
        server.anonymous.get("/api/records?size=1").await.expect(200);

        std::fs::remove_file(ballast).unwrap();
        until("there is room again", async || {
            Some(create(&server.client).await).filter(|reply| reply.status == 201)
        })
        .await;
        load.goes_on(3).await;
        told.add(load.end().await);
    }

    told.refusals_name("disk");
    told.holds(&server.client).await;
    server.kill();
    let server = ServerProcess::start(ENTRY, &folder).await;
    told.holds(&server.client).await;
}

async fn create(client: &Client) -> harness::Reply {
    client.post("/api/records", &minimal_record("Is there room?")).await
}
