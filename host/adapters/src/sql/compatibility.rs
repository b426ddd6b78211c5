//! Whether this program is new enough for the tables.
//!
//! A migration that takes something away says in its last statement which release is the oldest that
//! does without: `update compatibility set oldest_release = '0.3.0'`. See migrations/README.md.

use repono_service::{Error, Result};
use semver::Version;

use super::cells::{Cells, FromCells, Row, read};

/// Finds the oldest release that the tables fit.
pub(super) const OLDEST: &str = "select 'oldest', oldest_release from compatibility";

/// This program's release.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// Refuses tables that a later release has taken something away from, which this one needs. `rows`
/// are what [`OLDEST`] finds.
pub(super) fn judge(rows: &[impl Row]) -> Result<()> {
    let Some(row) = rows.first() else {
        return Err(Error::Internal(
            "the database does not say which releases its tables fit: the row of the table `compatibility` is missing"
                .to_owned(),
            None,
        ));
    };
    let Oldest(oldest) = read(row)?;
    compare(OURS, &oldest)
}

struct Oldest(Version);

impl FromCells for Oldest {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("compatibility")?;
        cells.parse(&at, "oldest_release").map(Self)
    }
}

fn compare(ours: &str, oldest: &Version) -> Result<()> {
    let ours = Version::parse(ours)
        .map_err(|error| Error::internal("this program does not know its release", error))?;
    if ours < *oldest {
        return Err(Error::Internal(
            format!(
                "the database's tables are those of a later release and lack what this one, {ours}, needs: run release {oldest} or a later one"
            ),
            None,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_older_than_the_tables_take_is_refused() {
        let oldest = Version::new(0, 3, 0);

        for fit in ["0.3.0", "0.3.1", "0.10.0", "1.0.0"] {
            assert!(compare(fit, &oldest).is_ok(), "{fit}");
        }
        for unfit in ["0.2.9", "0.3.0-rc.1", "0.1.0"] {
            let error = compare(unfit, &oldest).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "the database's tables are those of a later release and lack what this one, {unfit}, needs: run release 0.3.0 or a later one"
                )
            );
        }
    }
}
