//! [`crate::ports::Kv`]: a plugin finds what it has kept, within limits, until the plugin is removed.

use bytes::Bytes;
use futures::future::join_all;
use repono_domain::PluginName;

use super::samples::{digest, number, plugin, time};
use crate::Kind;
use crate::ports::{Change, Database, Grants, Package, Room, Used};

const ROOM: Room = Room { entries: 10, bytes: 1 << 20 };

/// Runs the whole suite.
pub async fn keeps_the_contract(database: &dyn Database) {
    what_was_kept_last_is_found(database).await;
    any_key_and_any_value_is_kept(database).await;
    plugins_have_stores_of_their_own(database).await;
    a_key_that_is_removed_makes_room(database).await;
    more_than_there_is_room_for_is_refused(database).await;
    those_who_keep_at_once_are_counted(database).await;
    a_plugin_that_is_not_installed_keeps_nothing(database).await;
    a_store_outlives_packages_until_it_is_emptied(database).await;
}

async fn what_was_kept_last_is_found(database: &dyn Database) {
    let (plugin, _) = installed(database).await;

    assert_eq!(database.kv_get(&plugin, "page").await.unwrap(), None);
    for value in [b"1".as_slice(), b"22", b"22"] {
        database.kv_put(&plugin, "page", value, ROOM).await.unwrap();
    }

    assert_eq!(database.kv_get(&plugin, "page").await.unwrap().as_deref(), Some(&b"22"[..]));
    assert_eq!(database.kv_used(&plugin).await.unwrap(), Used { entries: 1, bytes: 6 });
}

async fn any_key_and_any_value_is_kept(database: &dyn Database) {
    let (plugin, _) = installed(database).await;
    let value: Vec<u8> = (0..=255).cycle().take(64 << 10).collect();
    let keys = ["", " ", "a", "A", "a ", "ä", "a\0b", "'; drop table plugin_kv; --"];
    let long = ["\0".repeat(512), "🦀".repeat(128)];
    let keys: Vec<&str> = keys.into_iter().chain(long.iter().map(String::as_str)).collect();

    for key in &keys {
        let mut value = value.clone();
        value.extend_from_slice(key.as_bytes());
        database.kv_put(&plugin, key, &value, ROOM).await.unwrap();
    }

    for key in &keys {
        let found = database.kv_get(&plugin, key).await.unwrap().unwrap();
        assert_eq!(found.split_at(64 << 10), (value.as_slice(), key.as_bytes()), "{key:?}");
    }
    assert_eq!(database.kv_used(&plugin).await.unwrap().entries, keys.len() as u64);
}

async fn plugins_have_stores_of_their_own(database: &dyn Database) {
    let ((one, _), (other, _)) = (installed(database).await, installed(database).await);

    database.kv_put(&one, "key", b"one", ROOM).await.unwrap();

    assert_eq!(database.kv_get(&other, "key").await.unwrap(), None);
    assert_eq!(database.kv_used(&other).await.unwrap(), Used::default());
}

async fn a_key_that_is_removed_makes_room(database: &dyn Database) {
    let (plugin, _) = installed(database).await;
    let room = Room { entries: 1, ..ROOM };
    database.kv_put(&plugin, "a", b"1", room).await.unwrap();

    database.kv_remove(&plugin, "a").await.unwrap();
    database.kv_remove(&plugin, "a").await.unwrap();

    assert_eq!(database.kv_get(&plugin, "a").await.unwrap(), None);
    assert_eq!(database.kv_used(&plugin).await.unwrap(), Used::default());
    database.kv_put(&plugin, "b", b"1", room).await.unwrap();
}

async fn more_than_there_is_room_for_is_refused(database: &dyn Database) {
    let (plugin, _) = installed(database).await;
    let room = Room { entries: 2, bytes: 10 };
    database.kv_put(&plugin, "a", b"1234", room).await.unwrap();

    for (key, value) in [("b", "12345"), ("a", "1234567890")] {
        let refused = database.kv_put(&plugin, key, value.as_bytes(), room).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::TooLarge, "{refused}");
    }

    database.kv_put(&plugin, "b", b"1234", room).await.unwrap();
    let refused = database.kv_put(&plugin, "c", b"", Room { bytes: 99, ..room }).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::TooLarge, "{refused}");
    assert_eq!(database.kv_get(&plugin, "a").await.unwrap().as_deref(), Some(&b"1234"[..]));
    assert_eq!(database.kv_used(&plugin).await.unwrap(), Used { entries: 2, bytes: 10 });
}

async fn those_who_keep_at_once_are_counted(database: &dyn Database) {
    let (plugin, _) = installed(database).await;
    let put = |key: u64| {
        let (plugin, key) = (plugin.clone(), format!("key-{}", key % 12));
        async move { database.kv_put(&plugin, &key, b"12345", ROOM).await.is_ok() }
    };

    join_all((0..24).map(put)).await;

    let used = database.kv_used(&plugin).await.unwrap();
    let mut there = Used::default();
    for key in 0..12 {
        let key = format!("key-{key}");
        if let Some(value) = database.kv_get(&plugin, &key).await.unwrap() {
            there.entries += 1;
            there.bytes += (key.len() + value.len()) as u64;
        }
    }
    assert_eq!(used, there);
    assert_eq!(used.entries, ROOM.entries);
}

async fn a_plugin_that_is_not_installed_keeps_nothing(database: &dyn Database) {
    let stranger = plugin(&format!("stranger-{}", number()));

    let refused = database.kv_put(&stranger, "key", b"value", ROOM).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::NotFound, "{refused}");
    assert_eq!(database.kv_get(&stranger, "key").await.unwrap(), None);
    assert_eq!(database.kv_used(&stranger).await.unwrap(), Used::default());
}

async fn a_store_outlives_packages_until_it_is_emptied(database: &dyn Database) {
    let (plugin, package) = installed(database).await;
    database.kv_put(&plugin, "key", b"value", ROOM).await.unwrap();
    let next = install(database, &plugin).await;

    database.write(vec![Change::DeletePackage(package.digest)]).await.unwrap();
    let kept = database.kv_get(&plugin, "key").await.unwrap();
    database
        .write(vec![Change::DeletePackage(next.digest), Change::EmptyKv(plugin.clone())])
        .await
        .unwrap();

    assert_eq!(kept.as_deref(), Some(&b"value"[..]));
    assert_eq!(database.kv_get(&plugin, "key").await.unwrap(), None);
    assert_eq!(database.kv_used(&plugin).await.unwrap(), Used::default());
}

async fn installed(database: &dyn Database) -> (PluginName, Package) {
    let plugin = plugin(&format!("keeper-{}", number()));
    let package = install(database, &plugin).await;
    (plugin, package)
}

async fn install(database: &dyn Database, plugin: &PluginName) -> Package {
    let package = Package {
        digest: digest(),
        name: plugin.clone(),
        version: "1.0.0".to_owned(),
        summary: "Keeps things".to_owned(),
        grants: Grants { capabilities: vec!["kv".to_owned()], settings: None },
        installed: time(5),
        bytes: Bytes::from_static(b"\0asm"),
    };
    database.write(vec![Change::InsertPackage(package.clone())]).await.unwrap();
    package
}
