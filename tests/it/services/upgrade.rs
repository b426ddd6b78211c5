//! Programs of two releases on one schema.

use harness::Shared;
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tokio::sync::watch;

use super::load::Load;
use super::publish;

/// What a later release may do to tables that this one uses, statement by statement, and that it has.
const EXPANSION: [&str; 7] = [
    "alter table records add column shade varchar(20)",
    "alter table drafts add column shade varchar(20) default 'grey'",
    "alter table outbox add column shade varchar(20) default 'grey'",
    "alter table parents add column shade bigint not null default 7",
    "create table shades (id varchar(20) not null primary key)",
    "create index records_shade on records (shade)",
    "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9000, 'shades', true, 'x', 1)",
];

async fn owner(shared: &Shared) -> AnyConnection {
    install_default_drivers();
    AnyConnection::connect(shared.url.as_str()).await.unwrap()
}

async fn expanded_under_load(shared: Shared) {
    let first = shared.node().await;
    let current = watch::Sender::new(first.alice.clone());
    let load = Load::begin(3, &current);
    load.goes_on(3).await;

    let mut owner = owner(&shared).await;
    for statement in EXPANSION {
        owner.execute(statement).await.unwrap();
        load.goes_on(1).await;
    }
    // One that starts on the tables of the later release, beside one that was there before.
    let second = shared.node().await;
    let id = publish(&second, "On new tables").await;
    current.send_replace(second.alice.clone());
    load.goes_on(3).await;
    let mut told = load.end().await;

    assert_eq!(told.refusals.len(), 0, "{}", told.refusals[0].text());
    assert_eq!(told.unknown, Vec::<String>::new());
    told.published.push(id);
    for node in [&first, &second] {
        told.holds(&node.admin).await;
    }
    // The later program writes what this one does not know, and finds it kept.
    let id = &told.published[0];
    let paint = format!("update records set shade = 'teal' where id = '{id}'");
    owner.execute(AssertSqlSafe(paint)).await.unwrap();
    let path = format!("/api/records/{id}");
    let mut document = first.alice.act(&format!("{path}/draft")).await.expect(201).json();
    document["metadata"]["title"] = "Edited by the earlier".into();
    first.alice.put(&format!("{path}/draft"), &document).await.expect(200);
    first.alice.act(&format!("{path}/draft/actions/publish")).await.expect(202);
    let asked = format!("select shade from records where id = '{id}'");
    let shade: String =
        sqlx::query_scalar(AssertSqlSafe(asked)).fetch_one(&mut owner).await.unwrap();
    assert_eq!(shade, "teal");
    owner.close().await.unwrap();
    shared.end([first, second]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_a_later_release_are_made_under_load_and_no_request_fails() {
    Box::pin(expanded_under_load(Shared::new().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_mariadb() {
    Box::pin(expanded_under_load(Shared::on_mariadb().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_needs_what_a_later_release_dropped_does_not_start() {
    let shared = Shared::new().await;
    let mut owner = owner(&shared).await;
    owner.execute("update compatibility set oldest_release = '9.1.0'").await.unwrap();

    let error = shared.refusal().await;

    assert!(error.contains("run release 9.1.0 or a later one"), "{error}");
    owner.close().await.unwrap();
    shared.end([]).await;
}
