//! Reads packages and activations.

use async_trait::async_trait;
use bytes::Bytes;
use repono_domain::{Digest, PluginName};
use repono_service::Result;
use repono_service::ports::{Activation, Package, Packages};

use super::rows::At;
use super::{Sqlite, error};

#[async_trait]
impl Packages for Sqlite {
    async fn packages(&self) -> Result<Vec<Package>> {
        let rows: Vec<PackageRow> = sqlx::query_as(
            "select digest, name, version, summary, grants, installed, x'' as bytes from packages order by installed desc, digest",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        rows.into_iter().map(PackageRow::read).collect()
    }

    async fn package(&self, digest: &Digest) -> Result<Option<Package>> {
        let row: Option<PackageRow> =
            sqlx::query_as("select digest, name, version, summary, grants, installed, bytes from packages where digest = ?")
                .bind(digest.as_str())
                .fetch_optional(&self.readers)
                .await
                .map_err(error::read)?;
        row.map(PackageRow::read).transpose()
    }

    async fn activations(&self) -> Result<Vec<(PluginName, Activation)>> {
        let rows: Vec<ActivationRow> = sqlx::query_as(
            "select plugin, digest, previous, indices, previous_indices, since from activations order by plugin",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        rows.into_iter().map(ActivationRow::read).collect()
    }

    async fn generation(&self) -> Result<u64> {
        let value: i64 = sqlx::query_scalar("select value from counters where name = 'generation'")
            .fetch_one(&self.readers)
            .await
            .map_err(error::read)?;
        At { table: "counters", row: "generation" }.number("value", value)
    }
}

#[derive(sqlx::FromRow)]
struct PackageRow {
    digest: String,
    name: String,
    version: String,
    summary: String,
    grants: String,
    installed: i64,
    bytes: Vec<u8>,
}

impl PackageRow {
    fn read(self) -> Result<Package> {
        let at = At { table: "packages", row: &self.digest };
        Ok(Package {
            digest: Digest::from_stored(&self.digest),
            name: at.parse("name", &self.name)?,
            grants: at.json("grants", &self.grants)?,
            installed: at.time("installed", self.installed)?,
            version: self.version,
            summary: self.summary,
            bytes: Bytes::from(self.bytes),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ActivationRow {
    plugin: String,
    digest: String,
    previous: Option<String>,
    indices: String,
    previous_indices: String,
    since: i64,
}

impl ActivationRow {
    fn read(self) -> Result<(PluginName, Activation)> {
        let at = At { table: "activations", row: &self.plugin };
        let activation = Activation {
            digest: Digest::from_stored(&self.digest),
            previous: self.previous.as_deref().map(Digest::from_stored),
            indices: at.json("indices", &self.indices)?,
            previous_indices: at.json("previous_indices", &self.previous_indices)?,
            since: at.time("since", self.since)?,
        };
        Ok((at.parse("plugin", &self.plugin)?, activation))
    }
}
