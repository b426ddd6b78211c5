//! PostgreSQL.

mod carrier;
mod connection;
mod escape;
mod values;

#[cfg(test)]
#[cfg(feature = "services")]
super::server::tests_of!(sqlx::Postgres, "REPONO_TEST_POSTGRESQL");
#[cfg(test)]
#[cfg(feature = "services")]
mod carrier_tests;

use std::time::Duration;

use async_trait::async_trait;
use repono_service::{Error, Result};
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use tokio::time::{Instant, sleep};

use super::bell::Bell;
use super::dialect::{Dialect, Locks, Numbers, Placeholder, Texts, UnlessThere};
use super::server::{Encryption, Meaning, PREPARED, Server, Vendor, refused};

/// A PostgreSQL database, version 15 or later. Cheap to clone.
pub type Postgres = super::Sql<Server<sqlx::Postgres>>;

pub(super) static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/postgres");

static TEXTS: Texts = Texts::of(Dialect {
    placeholder: Placeholder::Numbered,
    locks: Locks::OfRows,
    unless_there: UnlessThere::OnConflict,
    numbers: Numbers::Returned,
});

/// Between attempts to be the one who migrates.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// The oldest that the suites have passed with.
const OLDEST: u32 = 15_00_00;

#[async_trait]
impl Vendor for sqlx::Postgres {
    const CLOCK: &'static str =
        "select 'now', cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
    const SYSTEM: &'static str = "postgresql";

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
        let options: PgConnectOptions = url.parse()?;
        let options = match Encryption::asked_for_by(url) {
            Encryption::AsTheUrlSays => options,
            Encryption::IfOffered => options.ssl_mode(PgSslMode::Prefer),
            Encryption::Verified => options.ssl_mode(PgSslMode::VerifyFull),
        };
        Ok(options.application_name("repono").statement_cache_capacity(PREPARED))
    }

    async fn prepare(connection: &mut PgConnection, limit: Duration) -> Result<(), sqlx::Error> {
        // Before we give up the connection ourselves.
        let limit = limit.as_millis() * 9 / 10;
        let half = limit / 2;
        let settings = format!(
            "set session characteristics as transaction isolation level read committed; \
             set statement_timeout = {limit}; set lock_timeout = {half}; \
             set idle_in_transaction_session_timeout = {limit}"
        );
        connection.execute(AssertSqlSafe(settings)).await.map(drop)
    }

    async fn inspect(connection: &mut PgConnection) -> Result<Option<usize>> {
        if let Some(version) = connection.server_version_num().filter(|version| *version < OLDEST) {
            let sentence =
                format!("PostgreSQL {} is too old: it takes 15 or later", version / 10_000);
            return Err(Error::Internal(sentence, None));
        }
        let encoding: String = sqlx::query_scalar("show server_encoding")
            .fetch_one(connection)
            .await
            .map_err(refused::<Self>)?;
        if encoding != "UTF8" {
            let sentence = format!("the database keeps texts in {encoding}: it must be UTF8");
            return Err(Error::Internal(sentence, None));
        }
        Ok(None)
    }

    async fn lock_out_others(
        connection: &mut PgConnection,
        patience: Duration,
    ) -> Result<bool, sqlx::Error> {
        // Of this database alone, as all advisory locks are. Asked for again and again: who waits for
        // it inside the server holds up `create index concurrently`, which waits for all who wait.
        let lock = "select pg_try_advisory_lock(hashtextextended('repono.migrate', 0))";
        let begun = Instant::now();
        loop {
            if sqlx::query_scalar(lock).fetch_one(&mut *connection).await? {
                return Ok(true);
            }
            if begun.elapsed() > patience {
                return Ok(false);
            }
            sleep(LOCK_PAUSE).await;
        }
    }

    fn bell(options: PgConnectOptions) -> Bell {
        Bell::carried(|sound| carrier::carry(options, sound))
    }

    /// By `SQLSTATE`, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn meaning(error: &dyn DatabaseError) -> Option<Meaning> {
        Some(match &*error.code()? {
            "40001" | "40P01" => Meaning::Collision,
            "57P01" | "57P02" | "57P03" | "25P03" => Meaning::Lost("it is being restarted"),
            "08000" | "08001" | "08003" | "08004" | "08006" => {
                Meaning::Lost("the connection was lost")
            }
            "57014" => Meaning::Unavailable("it took too long"),
            "55P03" => Meaning::Unavailable("others have held the same for too long"),
            "53100" => Meaning::Unavailable("its disk is full, nothing of this was stored"),
            "53200" => Meaning::Unavailable("it has no memory left"),
            "53300" => Meaning::Unavailable("it takes no more connections"),
            "25006" => Meaning::ReadOnly,
            "22001" => Meaning::Invalid("a name or key is longer than the database takes"),
            "54001" => Meaning::Invalid("a document is nested more deeply than the database takes"),
            "54000" => Meaning::TooLarge("a document is larger than the database takes"),
            "28000" | "28P01" => {
                Meaning::Unavailable("it refuses the user or the password of the URL")
            }
            "3D000" => Meaning::Unavailable("the database of the URL is not there"),
            "42501" => Meaning::Unavailable("the user of the URL may not do what is needed"),
            "42P01" => Meaning::NoTable,
            _ => return None,
        })
    }
}
