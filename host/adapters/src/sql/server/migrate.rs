//! Brings tables up to date, and says whether they are.

use std::collections::BTreeMap;
use std::time::Duration;

use repono_service::{Error, Result};
use sqlx::migrate::{AppliedMigration, Migrate as _, MigrateError, Migrator};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::timeout;

use super::{Meaning, Server, ServerOptions, Vendor, describe, meaning, unavailable};
use crate::sql::engine::{Connection, Failure};
use crate::sql::{Sql, compatibility};

/// Where what was done is written down.
const TABLE: &str = "_sqlx_migrations";

/// Someone else who migrates is waited for so long.
const PATIENCE: Duration = Duration::from_mins(10);

#[expect(private_bounds, reason = "the vendors are named by what is public")]
impl<V: Vendor> Sql<Server<V>> {
    /// Brings the tables up to date, on a connection of its own that may change them. One at a time
    /// does so; others wait, and find it done.
    ///
    /// # Errors
    /// Says in a sentence what is wrong with the URL, the server or the tables.
    pub async fn migrate(options: &ServerOptions) -> Result<()> {
        let told = |error: sqlx::Error| describe::<V>(&error);
        let opening = V::options(&options.url).map_err(told)?;
        let mut connection = timeout(options.acquire_timeout, opening.connect())
            .await
            .map_err(|_| unavailable(format!("{} does not answer", V::NAME)))?
            .map_err(told)?;
        V::inspect(&mut connection).await?;

        if !V::lock_out_others(&mut connection, PATIENCE).await.map_err(told)? {
            let sentence = format!("another program has been migrating for {PATIENCE:?}");
            return Err(unavailable(sentence));
        }
        let mut migrator =
            Migrator { migrations: V::migrator().migrations.clone(), ..Migrator::DEFAULT };
        // A binary runs on the schema of its successor: that is what a rollback leaves.
        migrator.set_ignore_missing(true).set_locking(false);
        let outcome = migrator.run_direct(None, &mut connection, false).await;
        let outcome = match outcome {
            Ok(()) => fits::<V>(&mut connection).await,
            Err(error) => Err(failed::<V>(error)),
        };
        // The lock goes with the connection, whatever happened.
        connection.close().await.map_err(told)?;
        outcome
    }
}

fn failed<V: Vendor>(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            describe::<V>(&error)
        }
        MigrateError::Dirty(version) => broken_off(version),
        other => Error::internal("the database's tables cannot be brought up to date", other),
    }
}

fn broken_off(version: i64) -> Error {
    Error::Internal(
        format!(
            "migration {version} was broken off halfway: restore the database from a backup, or finish the migration by hand \
             and set its `success` in {TABLE}"
        ),
        None,
    )
}

/// Refuses tables that are not up to date.
pub(super) async fn inspect<V: Vendor>(connection: &mut V::Connection) -> Result<()> {
    let applied = match connection.list_applied_migrations(TABLE).await {
        Ok(applied) => applied,
        Err(MigrateError::Execute(error)) if meaning::<V>(&error) == Some(Meaning::NoTable) => {
            Vec::new()
        }
        Err(error) => return Err(failed::<V>(error)),
    };
    if let Some(ahead) = compare(V::migrator(), &applied)? {
        tracing::warn!(
            database.migration = ahead,
            "the database has tables of a later release, which fit this one too"
        );
    }
    if !applied.is_empty()
        && let Some(version) = connection.dirty_version(TABLE).await.map_err(failed::<V>)?
    {
        return Err(broken_off(version));
    }
    fits::<V>(connection).await
}

/// Refuses tables that a later release has taken something away from.
async fn fits<V: Vendor>(connection: &mut V::Connection) -> Result<()> {
    match Connection::rows(connection, &compatibility::OLDEST.into()).await {
        Ok(rows) => compatibility::judge(&rows),
        Err(Failure::Refused(error)) => Err(error),
        Err(Failure::Broken(error)) => Err(describe::<V>(&error)),
    }
}

/// The latest migration that we do not know; an error if one of ours is missing or another.
fn compare(migrator: &Migrator, applied: &[AppliedMigration]) -> Result<Option<i64>> {
    let mut applied: BTreeMap<i64, &AppliedMigration> =
        applied.iter().map(|migration| (migration.version, migration)).collect();
    for ours in migrator.iter() {
        let told = |sentence: &str| {
            let (version, name) = (ours.version, &ours.description);
            Error::Internal(format!("the database's {sentence}: {version} ({name})"), None)
        };
        match applied.remove(&ours.version) {
            None => {
                return Err(told(
                    "tables are not up to date; run `repono migrate`. It lacks migration",
                ));
            }
            Some(theirs) if theirs.checksum != ours.checksum => {
                return Err(told(
                    "tables are not those of this program. Another has made migration",
                ));
            }
            Some(_) => {}
        }
    }
    Ok(applied.into_keys().last())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::postgres::MIGRATOR;

    fn applied() -> Vec<AppliedMigration> {
        let ours = MIGRATOR.iter().map(|migration| AppliedMigration {
            version: migration.version,
            checksum: migration.checksum.clone(),
        });
        ours.collect()
    }

    #[test]
    fn tables_that_are_up_to_date_are_welcome() {
        assert_eq!(compare(&MIGRATOR, &applied()).unwrap(), None);
    }

    #[test]
    fn tables_that_lack_a_migration_are_refused() {
        let mut applied = applied();
        applied.remove(1);

        let error = compare(&MIGRATOR, &applied).unwrap_err().to_string();

        assert_eq!(
            error,
            "the database's tables are not up to date; run `repono migrate`. It lacks migration: 2 (outbox)"
        );
    }

    #[test]
    fn tables_of_a_later_release_are_welcome_and_noticed() {
        let mut applied = applied();
        applied.push(AppliedMigration { version: 9000, checksum: vec![1].into() });

        assert_eq!(compare(&MIGRATOR, &applied).unwrap(), Some(9000));
    }

    #[test]
    fn a_migration_that_was_edited_is_refused() {
        let mut applied = applied();
        applied[0].checksum = vec![1].into();

        let error = compare(&MIGRATOR, &applied).unwrap_err().to_string();

        assert_eq!(
            error,
            "the database's tables are not those of this program. Another has made migration: 1 (records)"
        );
    }
}
