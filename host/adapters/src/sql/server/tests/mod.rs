//! The contracts, and what may happen to whoever talks to a server: written once for both of them.

mod contracts;
mod failures;
mod schema;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use repono_service::ports::contract::HeldClock;
use sqlx::migrate::MigrateDatabase;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection, Row as _,
};
use url::Url;

pub(in crate::sql) use self::{contracts::*, failures::*, schema::*};
use super::{Server, ServerOptions, Vendor};
use crate::sql::Sql;
use crate::test_service;

/// Makes each of these functions a test of the server whose URL is in the variable.
macro_rules! tests_of {
    ($vendor:ty, $variable:literal) => {
        $crate::sql::server::tests_of! {
            $vendor, $variable;
            transactions_keep_the_contract
            records_keep_the_contract
            accounts_keep_the_contract
            dois_keep_the_contract
            packages_keep_the_contract
            kv_keeps_the_contract
            vocabularies_keep_the_contract
            the_outbox_keeps_the_contract
            the_queue_keeps_the_contract
            announcements_keep_the_contract
            schedules_keep_the_contract
            letters_keep_the_contract
            webhooks_keep_the_contract
            nodes_keep_the_contract
            indices_keep_the_contract
            two_processes_keep_the_contract
            hostile_texts_are_kept
            large_documents_are_kept
            a_document_too_large_for_the_server_is_told
            tables_that_are_not_there_are_told
            those_who_migrate_at_once_do_it_once
            tables_of_a_later_release_are_welcome
            tables_that_a_later_release_has_cut_down_are_refused
            the_clock_is_the_databases
            a_refused_password_is_told_and_not_shown
            a_server_that_cannot_be_verified_is_refused
            a_server_that_never_answers_is_told_in_time
            a_server_that_is_not_there_is_told_in_time
            who_waits_for_others_too_long_is_told_in_time
            connections_that_died_unused_are_replaced
            a_line_cut_at_any_point_stores_all_or_nothing
            a_line_that_falls_silent_is_told_in_time_and_recovers
            a_role_without_rights_to_change_tables_is_enough
            a_closed_database_refuses
        }
    };
    ($vendor:ty, $variable:literal; $($name:ident)*) => {
        mod tests {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    $crate::sql::server::tests::$name::<$vendor>($variable).await;
                }
            )*
        }
    };
}
pub(in crate::sql) use tests_of;

/// What tests need of a server besides.
pub(in crate::sql) trait Tested: Vendor + MigrateDatabase {
    /// What a URL says so that nothing is encrypted.
    const IN_CLEAR: &'static str;

    /// What a URL says so that the certificate is verified.
    const VERIFIED: &'static str;

    /// Runs statements as they are.
    async fn execute(connection: &mut Self::Connection, sql: &str);

    /// Ends all other connections to this connection's database.
    async fn end_others(connection: &mut Self::Connection);

    /// Makes a role that can read and write rows, and nothing else; says how to unmake it.
    fn role(name: &str, database: &str) -> (String, String);
}

impl Tested for sqlx::Postgres {
    const IN_CLEAR: &'static str = "disable";
    const VERIFIED: &'static str = "verify-full";

    async fn execute(connection: &mut PgConnection, sql: &str) {
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }

    async fn end_others(connection: &mut PgConnection) {
        let sql = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        Self::execute(connection, sql).await;
    }

    fn role(name: &str, _database: &str) -> (String, String) {
        (
            format!(
                "create role {name} login password 'secret'; \
                 grant select, insert, update, delete on all tables in schema public to {name}"
            ),
            format!("drop owned by {name}; drop role {name}"),
        )
    }
}

impl Tested for sqlx::MySql {
    const IN_CLEAR: &'static str = "disabled";
    const VERIFIED: &'static str = "verify_identity";

    async fn execute(connection: &mut MySqlConnection, sql: &str) {
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }

    async fn end_others(connection: &mut MySqlConnection) {
        let (here, us): (String, u64) = sqlx::query_as("select database(), connection_id()")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        for row in connection.fetch_all("show processlist").await.unwrap() {
            let id: u64 = row.try_get_unchecked("Id").unwrap();
            let database: Option<String> = row.try_get_unchecked("db").unwrap();
            if id != us && database.as_ref() == Some(&here) {
                Self::execute(connection, &format!("kill {id}")).await;
            }
        }
    }

    fn role(name: &str, database: &str) -> (String, String) {
        (
            format!(
                "create user {name} identified by 'secret'; \
                 grant select, insert, update, delete on `{database}`.* to {name}"
            ),
            format!("drop user {name}"),
        )
    }
}

/// A database of a test's own.
pub(in crate::sql) struct Scene<V> {
    options: ServerOptions,
    pub(in crate::sql) clock: Arc<HeldClock>,
    vendor: std::marker::PhantomData<V>,
}

impl<V: Tested> Scene<V> {
    pub(in crate::sql) async fn open(&self) -> Sql<Server<V>> {
        Sql::connect(&self.options, self.clock.clone()).await.unwrap()
    }

    /// A connection past everything.
    pub(in crate::sql) async fn connection(&self) -> V::Connection {
        V::Connection::connect(&self.options.url).await.unwrap()
    }

    async fn migrate(&self) {
        Sql::<Server<V>>::migrate(&self.options).await.unwrap();
    }

    fn database(&self) -> String {
        Url::parse(&self.options.url).unwrap().path().trim_start_matches('/').to_owned()
    }

    fn with(&self, change: impl FnOnce(&mut Url)) -> ServerOptions {
        let mut url = Url::parse(&self.options.url).unwrap();
        change(&mut url);
        ServerOptions { url: url.into(), ..self.options.clone() }
    }
}

/// Runs a test on a database of its own, with tables, which is gone afterwards.
pub(in crate::sql) async fn on_tables<V: Tested>(
    variable: &str,
    test: impl AsyncFnOnce(&Scene<V>),
) {
    on_nothing(variable, async |scene: &Scene<V>| {
        scene.migrate().await;
        test(scene).await;
    })
    .await;
}

/// As [`on_tables`], without tables.
async fn on_nothing<V: Tested>(variable: &str, test: impl AsyncFnOnce(&Scene<V>)) {
    let mut url = Url::parse(&test_service::url(variable)).unwrap();
    url.set_path(&format!("repono_test_{:016x}", rand::random::<u64>()));
    V::create_database(url.as_str()).await.unwrap();
    let options = ServerOptions {
        url: url.to_string(),
        connections: 8,
        acquire_timeout: Duration::from_secs(10),
        answer_timeout: Duration::from_secs(20),
    };
    let scene =
        Scene { options, clock: Arc::new(HeldClock::new()), vendor: std::marker::PhantomData };

    let outcome = AssertUnwindSafe(test(&scene)).catch_unwind().await;

    let dropped = V::force_drop_database(url.as_str()).await;
    if dropped.is_err() {
        V::drop_database(url.as_str()).await.unwrap();
    }
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}
