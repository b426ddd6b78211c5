//! [`crate::ports::Packages`]: bytes are kept while anything needs them; what is in force is known.

use bytes::Bytes;
use repono_domain::{Digest, PluginName};
use serde_json::json;

use super::samples::{collection, digest, draft, parent, plugin, publish, record, time};
use crate::Kind;
use crate::ports::{Activation, Change, Database, Grants, IndexName, Package};

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database) {
    a_package_is_listed_without_its_bytes_and_read_with_them(database).await;
    what_comes_into_force_is_known_and_counted(database).await;
    a_refused_activation_does_not_count(database).await;
    a_package_in_force_is_not_deleted(database).await;
    a_package_that_accepted_a_record_is_not_deleted(database).await;
    a_package_that_checked_a_draft_is_not_deleted(database).await;
}

async fn a_package_is_listed_without_its_bytes_and_read_with_them(database: &dyn Database) {
    let package = insert(database, "papers").await;
    database.write(vec![Change::InsertPackage(package.clone())]).await.unwrap();

    let read = database.package(&package.digest).await.unwrap().unwrap();
    assert_eq!(
        (read.name, read.version, read.summary),
        (package.name, package.version, package.summary)
    );
    assert_eq!(
        (read.grants, read.installed, read.bytes),
        (package.grants, package.installed, package.bytes)
    );
    let listed = database.packages().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].digest, package.digest);
    assert!(listed[0].bytes.is_empty());
    assert!(database.package(&digest()).await.unwrap().is_none());

    database.write(vec![Change::DeletePackage(package.digest.clone())]).await.unwrap();
    assert!(database.package(&package.digest).await.unwrap().is_none());
}

async fn what_comes_into_force_is_known_and_counted(database: &dyn Database) {
    let (old, new) = (insert(database, "papers").await, insert(database, "papers").await);
    let before = database.generation().await.unwrap();

    activate(database, &old.name, Some(activation(&old.digest, None))).await;
    let second = activation(&new.digest, Some(&old.digest));
    activate(database, &new.name, Some(second.clone())).await;

    assert_eq!(database.activations().await.unwrap(), [(plugin("papers"), second)]);
    assert_eq!(database.generation().await.unwrap(), before + 2);
    activate(database, &new.name, None).await;
    assert_eq!(database.activations().await.unwrap(), []);
    assert_eq!(database.generation().await.unwrap(), before + 3);
}

async fn a_refused_activation_does_not_count(database: &dyn Database) {
    let before = database.generation().await.unwrap();

    let unknown = Change::Activate {
        plugin: plugin("papers"),
        activation: Some(activation(&digest(), None)),
    };
    let refused = database.write(vec![unknown]).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    assert_eq!(database.generation().await.unwrap(), before);
}

async fn a_package_in_force_is_not_deleted(database: &dyn Database) {
    let (old, new) = (insert(database, "atlas").await, insert(database, "atlas").await);
    activate(database, &new.name, Some(activation(&new.digest, Some(&old.digest)))).await;

    refuses_to_delete(database, &new.digest).await;
    refuses_to_delete(database, &old.digest).await;

    activate(database, &new.name, None).await;
    database
        .write(vec![Change::DeletePackage(new.digest), Change::DeletePackage(old.digest)])
        .await
        .unwrap();
}

async fn a_package_that_accepted_a_record_is_not_deleted(database: &dyn Database) {
    let package = insert(database, "atlas").await;
    let mut record = record(&parent(&collection("records")));
    record.schema.plugin = package.digest.clone();
    database.write(publish(&record)).await.unwrap();
    record.revision = 2;
    record.schema.plugin = digest();
    database.write(vec![Change::ReplaceRecord { record, expected: 1, by: None }]).await.unwrap();

    refuses_to_delete(database, &package.digest).await;
}

async fn a_package_that_checked_a_draft_is_not_deleted(database: &dyn Database) {
    let package = insert(database, "atlas").await;
    let mut draft = draft(&parent(&collection("records")));
    draft.schema.plugin = package.digest.clone();
    database
        .write(vec![Change::InsertParent(draft.parent.clone()), Change::InsertDraft(draft.clone())])
        .await
        .unwrap();

    refuses_to_delete(database, &package.digest).await;

    database
        .write(vec![Change::DeleteDraft { id: draft.id, parent: draft.parent.id, expected: 1 }])
        .await
        .unwrap();
    database.write(vec![Change::DeletePackage(package.digest)]).await.unwrap();
}

async fn refuses_to_delete(database: &dyn Database, digest: &Digest) {
    let refused = database.write(vec![Change::DeletePackage(digest.clone())]).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    assert!(database.package(digest).await.unwrap().is_some());
}

async fn insert(database: &dyn Database, name: &str) -> Package {
    let package = Package {
        digest: digest(),
        name: plugin(name),
        version: "1.2.3".to_owned(),
        summary: "Articles".to_owned(),
        grants: Grants {
            capabilities: vec!["records".to_owned()],
            settings: Some(json!({ "strict": true })),
        },
        installed: time(5),
        bytes: Bytes::from_static(b"\0asm\r\0\x01\0\xff"),
    };
    database.write(vec![Change::InsertPackage(package.clone())]).await.unwrap();
    package
}

async fn activate(database: &dyn Database, plugin: &PluginName, activation: Option<Activation>) {
    database.write(vec![Change::Activate { plugin: plugin.clone(), activation }]).await.unwrap();
}

fn activation(digest: &Digest, previous: Option<&Digest>) -> Activation {
    Activation {
        digest: digest.clone(),
        previous: previous.cloned(),
        indices: vec![(collection("records"), IndexName("records-3".to_owned()))],
        previous_indices: vec![(collection("records"), IndexName("records-2".to_owned()))],
        replaced_indices: vec![(collection("records"), IndexName("records-1".to_owned()))],
        since: time(6),
    }
}
