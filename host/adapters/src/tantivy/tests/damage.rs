//! Processes that are killed and machines that lose power.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use repono_service::ports::{
    Field, FieldKind, IndexDefinition, IndexName, IndexWrite, SearchIndex as _, Visible,
};
use serde_json::json;

use crate::tantivy::{Tantivy, home};

fn name() -> IndexName {
    IndexName("records-1".to_owned())
}

fn definition() -> IndexDefinition {
    let fields = vec![Field { path: "title".to_owned(), kind: FieldKind::Text }];
    IndexDefinition { fields, ..IndexDefinition::default() }
}

async fn write(index: &Tantivy, keys: std::ops::Range<u64>) {
    let write = |number: u64| IndexWrite {
        key: format!("{number:04}"),
        version: 1,
        body: Some(json!({ "title": "a title" })),
    };
    index.write(&name(), keys.map(write).collect(), Visible::OnReturn).await.unwrap();
}

/// What the disk holds while the index is being written.
fn snapshot(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let folder = to.path().join(name().0);
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(from.join(name().0)).unwrap() {
        let entry = entry.unwrap();
        // A merge may remove a file meanwhile.
        drop(fs::copy(entry.path(), folder.join(entry.file_name())));
    }
    to
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder.join(name().0)).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

async fn being_written(count: u64) -> (tempfile::TempDir, Tantivy) {
    let folder = tempfile::tempdir().unwrap();
    let index = Tantivy::open(folder.path()).unwrap();
    index.create(&name(), &definition()).await.unwrap();
    write(&index, 0..count).await;
    (folder, index)
}

#[tokio::test]
async fn a_process_that_is_killed_loses_nothing() {
    let (folder, _index) = being_written(10).await;

    let killed = snapshot(folder.path());

    let index = Tantivy::open(killed.path()).unwrap();
    assert_eq!(index.count(&name()).await.unwrap(), 10);
    assert!(!index.unclean(&name()).await.unwrap());
    write(&index, 5..15).await;
    assert_eq!(index.count(&name()).await.unwrap(), 15);
}

#[tokio::test]
async fn an_index_that_was_being_written_when_the_power_went_says_so_until_it_is_repaired() {
    let (folder, _index) = being_written(10).await;
    let lost = snapshot(folder.path());
    home::mark_lost(&lost.path().join(name().0)).unwrap();

    let index = Tantivy::open(lost.path()).unwrap();
    assert!(index.unclean(&name()).await.unwrap());
    assert_eq!(index.count(&name()).await.unwrap(), 10);
    write(&index, 5..15).await;
    drop(index);

    let index = Tantivy::open(lost.path()).unwrap();
    assert!(index.unclean(&name()).await.unwrap(), "nobody has repaired it");
    index.repaired(&name()).await.unwrap();
    assert!(!index.unclean(&name()).await.unwrap());
    drop(index);

    assert!(!Tantivy::open(lost.path()).unwrap().unclean(&name()).await.unwrap());
}

/// An index of ten documents whose files are all in its folder.
async fn closed() -> tempfile::TempDir {
    let (folder, index) = being_written(10).await;
    index.close().await.unwrap();
    folder
}

#[tokio::test]
async fn a_damaged_index_is_empty_and_unclean_and_can_be_written_again() {
    for damage in [b"".as_slice(), b"no segment", &[0; 4096]] {
        let lost = closed().await;
        home::mark_lost(&lost.path().join(name().0)).unwrap();
        let damaged = files(lost.path(), "idx");
        assert!(!damaged.is_empty());
        for path in damaged {
            fs::write(path, damage).unwrap();
        }

        let index = Tantivy::open(lost.path()).unwrap();

        assert!(index.unclean(&name()).await.unwrap());
        assert_eq!(index.count(&name()).await.unwrap(), 0);
        write(&index, 0..3).await;
        assert_eq!(index.count(&name()).await.unwrap(), 3);
    }
}

#[tokio::test]
async fn a_list_of_segments_that_is_cut_off_is_damage_too() {
    let lost = closed().await;
    let meta = lost.path().join(name().0).join("meta.json");
    let content = fs::read(&meta).unwrap();
    fs::write(&meta, &content[..content.len() / 2]).unwrap();

    let index = Tantivy::open(lost.path()).unwrap();

    assert!(index.unclean(&name()).await.unwrap());
    assert_eq!(index.count(&name()).await.unwrap(), 0);
}

/// What the disk holds after ten documents were made durable and then others were written, when
/// the power went.
async fn lost_after(writes: impl Iterator<Item = IndexWrite>) -> tempfile::TempDir {
    let folder = closed().await;
    let index = Tantivy::open(folder.path()).unwrap();
    index.write(&name(), writes.collect(), Visible::OnReturn).await.unwrap();
    let lost = snapshot(folder.path());
    home::mark_lost(&lost.path().join(name().0)).unwrap();
    lost
}

async fn is_at_its_durable_commit(lost: &Path) {
    let index = Tantivy::open(lost).unwrap();
    assert!(index.unclean(&name()).await.unwrap());
    assert_eq!(index.count(&name()).await.unwrap(), 10);
    write(&index, 10..20).await;
    assert_eq!(index.count(&name()).await.unwrap(), 20);
}

fn titled(number: u64, title: &str) -> IndexWrite {
    IndexWrite { key: format!("{number:04}"), version: 1, body: Some(json!({ "title": title })) }
}

#[tokio::test]
async fn a_journal_that_is_cut_off_leads_back_to_the_last_whole_commit() {
    let lost = lost_after((10..40).map(|number| titled(number, "a title"))).await;
    let journal = last_journal(lost.path());
    let content = fs::read(&journal).unwrap();
    fs::write(&journal, &content[..content.len() / 2]).unwrap();

    is_at_its_durable_commit(lost.path()).await;
}

fn last_journal(folder: &Path) -> PathBuf {
    let entries = fs::read_dir(folder.join(name().0)).unwrap();
    let number =
        |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("journal-")?.parse::<u64>().ok();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| number(path).is_some()).max_by_key(number).unwrap()
}

#[tokio::test]
async fn a_process_that_is_killed_in_the_middle_of_a_commit_and_once_more_loses_nothing() {
    let (folder, _index) = being_written(10).await;
    let killed = snapshot(folder.path());
    let journal = last_journal(killed.path());
    let content = fs::read(&journal).unwrap();
    fs::write(&journal, [content.as_slice(), b"a part of a record"].concat()).unwrap();

    let index = Tantivy::open(killed.path()).unwrap();
    write(&index, 10..20).await;
    let killed_again = snapshot(killed.path());

    let index = Tantivy::open(killed_again.path()).unwrap();
    assert_eq!(index.count(&name()).await.unwrap(), 20);
    assert!(!index.unclean(&name()).await.unwrap());
}

#[tokio::test]
async fn a_damaged_index_goes_back_to_its_last_durable_commit() {
    // Words of no order, so many that the segment is not a small file.
    let title = |number: u64| {
        let mut state = number;
        let mut words = String::new();
        for _ in 0..200 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            write!(words, "{state:x} ").unwrap();
        }
        words
    };
    let lost = lost_after((10..1_010).map(|number| titled(number, &title(number)))).await;
    let large: Vec<_> = ["idx", "store", "pos", "term", "fast"]
        .iter()
        .flat_map(|extension| files(lost.path(), extension))
        .filter(|path| fs::metadata(path).unwrap().len() > 1_000_000)
        .collect();
    assert!(!large.is_empty());
    for path in large {
        let content = fs::read(&path).unwrap();
        fs::write(&path, &content[..content.len() / 2]).unwrap();
    }

    is_at_its_durable_commit(lost.path()).await;
}

#[tokio::test]
async fn files_of_commits_that_are_no_more_are_removed() {
    let (folder, index) = being_written(1).await;
    for number in 1..100 {
        write(&index, number..number + 1).await;
    }
    index.close().await.unwrap();

    let index = Tantivy::open(folder.path()).unwrap();
    write(&index, 0..1).await;
    index.close().await.unwrap();

    let count = files(folder.path(), "idx").len();
    assert!(count < 20, "{count} segments");
    assert_eq!(Tantivy::open(folder.path()).unwrap().count(&name()).await.unwrap(), 100);
}

#[tokio::test]
async fn a_folder_without_a_definition_is_left_out_and_can_be_made_anew() {
    let (folder, index) = being_written(10).await;
    index.close().await.unwrap();
    fs::write(folder.path().join(name().0).join("definition.json"), "{").unwrap();

    let index = Tantivy::open(folder.path()).unwrap();

    assert!(index.indices().await.unwrap().is_empty());
    index.create(&name(), &definition()).await.unwrap();
    assert_eq!(index.count(&name()).await.unwrap(), 0);
}

#[tokio::test]
async fn names_that_are_no_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let index = Tantivy::open(folder.path()).unwrap();

    for name in ["", ".", "..", "../x", "a/b", ".hidden", "a\0b", &"a".repeat(300)] {
        assert!(index.create(&IndexName(name.to_owned()), &definition()).await.is_err(), "{name}");
    }
}
