//! Tables, roles and sizes.

use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use repono_domain::{Digest, UserId};
use repono_service::Kind;
use repono_service::ports::{
    Accounts as _, Change, Clock as _, Grants, Nodes as _, Package, Packages as _, Records as _,
    Transactions as _, contract,
};
use serde_json::json;

use super::{Scene, Server, Tested, on_nothing, on_tables};
use crate::sql::Sql;
use crate::sql::samples::publication;
use crate::system::SystemClock;

pub(in crate::sql) async fn tables_that_are_not_there_are_told<V: Tested>(variable: &str) {
    on_nothing::<V>(variable, async |scene| {
        let error = connect(scene).await.err().unwrap();

        assert_eq!(
            error.to_string(),
            "the database's tables are not up to date; run `repono migrate`. It lacks migration: 1 (records)"
        );
    })
    .await;
}

pub(in crate::sql) async fn those_who_migrate_at_once_do_it_once<V: Tested>(variable: &str) {
    on_nothing::<V>(variable, async |scene| {
        join_all((0..4).map(|_| scene.migrate())).await;

        scene.migrate().await;
        assert!(connect(scene).await.is_ok());
    })
    .await;
}

pub(in crate::sql) async fn tables_of_a_later_release_are_welcome<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9000, 'later', true, 'x', 1)";
        V::execute(&mut scene.connection().await, sql).await;

        scene.migrate().await;
        let database = scene.open().await;

        let (id, changes) = publication(1);
        database.write(changes).await.unwrap();
        assert!(database.stored(&[id]).await.unwrap()[0].record.is_some());
    })
    .await;
}

pub(in crate::sql) async fn tables_that_a_later_release_has_cut_down_are_refused<V: Tested>(
    variable: &str,
) {
    on_tables::<V>(variable, async |scene| {
        let sql = "update compatibility set oldest_release = '12.0.0'";
        V::execute(&mut scene.connection().await, sql).await;

        let starting = connect(scene).await.err().unwrap().to_string();
        let migrating = Sql::<Server<V>>::migrate(&scene.options).await.unwrap_err().to_string();

        for told in [starting, migrating] {
            assert!(told.ends_with("run release 12.0.0 or a later one"), "{told}");
        }
    })
    .await;
}

/// The process's own clock stands still here, in another year.
pub(in crate::sql) async fn the_clock_is_the_databases<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let database = scene.open().await;

        let told = database.time().await.unwrap();

        let off = told.duration_since(SystemClock.now()).unsigned_abs();
        assert!(off < Duration::from_mins(1), "{told}");
    })
    .await;
}

pub(in crate::sql) async fn large_documents_are_kept<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let database = scene.open().await;
        let (id, mut changes) = publication(1);
        let text = "a \"large\" text. ".repeat(700_000);
        for change in &mut changes {
            if let Change::InsertRecord { record, .. } = change {
                record.document.metadata.insert("text".to_owned(), json!(text));
            }
        }

        database.write(changes).await.unwrap();

        let record = database.stored(&[id]).await.unwrap().remove(0).record.unwrap();
        assert_eq!(record.document.metadata["text"], json!(text));
    })
    .await;
}

/// A server without such a limit takes it.
pub(in crate::sql) async fn a_document_too_large_for_the_server_is_told<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let database = scene.open().await;
        let largest = database.engine.inner.largest;
        let bytes = Bytes::from(vec![7; largest.unwrap_or(24 << 20)]);
        let digest = Digest::from_sha256([1; 32]);
        let package = Package {
            digest: digest.clone(),
            name: "papers".parse().unwrap(),
            version: "1.0.0".to_owned(),
            summary: "Articles".to_owned(),
            grants: Grants { capabilities: Vec::new(), settings: None },
            installed: jiff::Timestamp::UNIX_EPOCH,
            bytes: bytes.clone(),
        };

        let written = database.write(vec![Change::InsertPackage(package)]).await;

        if largest.is_some() {
            let refused = written.unwrap_err();
            assert_eq!(refused.kind(), Kind::TooLarge, "{refused}");
        } else {
            written.unwrap();
            assert_eq!(database.package(&digest).await.unwrap().unwrap().bytes, bytes);
        }
        assert_eq!(database.user(UserId(1)).await.unwrap(), None, "the connection is as it was");
    })
    .await;
}

pub(in crate::sql) async fn a_role_without_rights_to_change_tables_is_enough<V: Tested>(
    variable: &str,
) {
    on_tables::<V>(variable, async |scene| {
        let name = format!("repono_{:08x}", rand::random::<u32>());
        let (make, unmake) = V::role(&name, &scene.database());
        let mut owner = scene.connection().await;
        V::execute(&mut owner, &make).await;
        let options = scene.with(|url| {
            url.set_username(&name).unwrap();
            url.set_password(Some("secret")).unwrap();
        });

        let database = Sql::<Server<V>>::connect(&options, scene.clock.clone()).await.unwrap();
        contract::packages::keeps_the_contract(&database).await;
        contract::queue::keeps_the_contract(&database, &scene.clock).await;
        contract::outbox::keeps_the_contract(&database, &scene.clock).await;

        database.close().await;
        V::execute(&mut owner, &unmake).await;
    })
    .await;
}

async fn connect<V: Tested>(scene: &Scene<V>) -> repono_service::Result<Sql<Server<V>>> {
    Sql::connect(&scene.options, scene.clock.clone()).await
}
