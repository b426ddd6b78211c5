//! MariaDB and MySQL.

mod connection;
mod values;

#[cfg(test)]
#[cfg(feature = "services")]
super::server::tests_of!(sqlx::MySql, "REPONO_TEST_MYSQL");

use std::time::Duration;

use async_trait::async_trait;
use repono_service::{Error, Result};
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlSslMode};
use sqlx::{AssertSqlSafe, Executor as _, MySqlConnection};

use super::cells::Row as _;
use super::dialect::{Dialect, Locks, Numbers, Placeholder, Texts, UnlessThere};
use super::server::{Encryption, Meaning, PREPARED, Server, Vendor, refused};

/// A database of MariaDB, version 10.11 or later, or MySQL, version 8 or later. Cheap to clone.
pub type MySql = super::Sql<Server<sqlx::MySql>>;

pub(super) static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/mysql");

static TEXTS: Texts = Texts::of(Dialect {
    placeholder: Placeholder::QuestionMark,
    locks: Locks::InModes,
    unless_there: UnlessThere::OnDuplicateKey,
    numbers: Numbers::Known,
});

#[async_trait]
impl Vendor for sqlx::MySql {
    const CLOCK: &'static str =
        "select 'now', timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))";
    const SYSTEM: &'static str = "mysql";

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn options(url: &str) -> Result<MySqlConnectOptions, sqlx::Error> {
        let options: MySqlConnectOptions = url.parse()?;
        let options = match Encryption::asked_for_by(url) {
            Encryption::AsTheUrlSays => options,
            Encryption::IfOffered => options.ssl_mode(MySqlSslMode::Preferred),
            Encryption::Verified => options.ssl_mode(MySqlSslMode::VerifyIdentity),
        };
        Ok(options.charset("utf8mb4").statement_cache_capacity(PREPARED))
    }

    async fn prepare(connection: &mut MySqlConnection, limit: Duration) -> Result<(), sqlx::Error> {
        // Before we give up the connection ourselves.
        let limit = limit * 9 / 10;
        let (seconds, milliseconds) = (limit.as_secs_f64(), limit.as_millis());
        let half = (limit / 2).as_secs().max(1);
        // What stands in a comment with `M!` only MariaDB reads, with a version only MySQL.
        let settings = format!(
            "set session transaction isolation level read committed; \
             set session sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES'), innodb_lock_wait_timeout = {half}, \
             /*M! max_statement_time = {seconds} */ /*!80000 max_execution_time = {milliseconds} */"
        );
        connection.execute(AssertSqlSafe(settings)).await.map(drop)
    }

    async fn inspect(connection: &mut MySqlConnection) -> Result<Option<usize>> {
        let asked = "select version(), cast(@@max_allowed_packet as signed)";
        let row = sqlx::query(asked).fetch_one(connection).await.map_err(refused::<Self>)?;
        let version = row.text(0).map_err(refused::<Self>)?.unwrap_or_default();
        let largest = row.number(1).map_err(refused::<Self>)?;
        let oldest = if version.contains("MariaDB") { (10, 11) } else { (8, 0) };
        if number(&version).is_none_or(|version| version < oldest) {
            return Err(Error::Internal(
                format!("{version} is too old: it takes MariaDB 10.11 or MySQL 8.0, or later"),
                None,
            ));
        }
        Ok(largest.and_then(|largest| usize::try_from(largest).ok()))
    }

    async fn lock_out_others(
        connection: &mut MySqlConnection,
        patience: Duration,
    ) -> Result<bool, sqlx::Error> {
        let lock = "select get_lock(concat('repono.', left(sha2(database(), 256), 40)), ?)";
        let locked: Option<i64> =
            sqlx::query_scalar(lock).bind(patience.as_secs()).fetch_one(connection).await?;
        Ok(locked == Some(1))
    }

    /// By number, <https://mariadb.com/kb/en/mariadb-error-codes/> and
    /// <https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html>.
    fn meaning(error: &dyn DatabaseError) -> Option<Meaning> {
        Some(match error.try_downcast_ref::<MySqlDatabaseError>()?.number() {
            1020 | 1213 | 1615 => Meaning::Collision,
            1053 | 1077 | 1079 | 1927 | 3169 | 4031 => Meaning::Lost("it is being restarted"),
            1152 | 1158..=1161 | 1184 => Meaning::Lost("the connection was lost"),
            1969 | 3024 => Meaning::Unavailable("it took too long"),
            1205 => Meaning::Unavailable("others have held the same for too long"),
            1021 | 1114 => Meaning::Unavailable("its disk is full, nothing of this was stored"),
            1037 | 1038 | 1041 => Meaning::Unavailable("it has no memory left"),
            1040 | 1203 | 1226 => Meaning::Unavailable("it takes no more connections"),
            1290 | 1792 | 1836 => Meaning::ReadOnly,
            1366 | 1406 => Meaning::Invalid("a name or key is longer than the database takes"),
            1153 => Meaning::TooLarge(
                "a document is larger than the database takes: see `max_allowed_packet`",
            ),
            1045 | 1698 | 3118 => {
                Meaning::Unavailable("it refuses the user or the password of the URL")
            }
            1044 | 1049 => Meaning::Unavailable("the database of the URL is not there"),
            1142 | 1143 | 1227 | 1370 => {
                Meaning::Unavailable("the user of the URL may not do what is needed")
            }
            1146 => Meaning::NoTable,
            _ => return None,
        })
    }
}

/// The first two numbers of a version.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
