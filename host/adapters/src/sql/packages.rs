//! Reads packages and activations.

use async_trait::async_trait;
use bytes::Bytes;
use repono_domain::{Digest, PluginName};
use repono_service::ports::{Activation, Package, Packages};
use repono_service::{Error, Result};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::statement::Statement;

#[async_trait]
impl<E: Engine> Packages for Sql<E> {
    async fn packages(&self) -> Result<Vec<Package>> {
        let sql = "select digest, name, version, summary, grants, installed from packages order by installed desc, digest";
        self.engine.all(Statement::new(sql)).await
    }

    async fn package(&self, digest: &Digest) -> Result<Option<Package>> {
        let sql = "select digest, name, version, summary, grants, installed, bytes from packages where digest = ?";
        let whole: Option<Whole> =
            self.engine.first(Statement::new(sql).bind(digest.as_str())).await?;
        Ok(whole.map(|Whole(package)| package))
    }

    async fn activations(&self) -> Result<Vec<(PluginName, Activation)>> {
        let sql = "select plugin, digest, previous, indices, previous_indices, replaced_indices, since from activations order by plugin";
        self.engine.all(Statement::new(sql)).await
    }

    async fn generation(&self) -> Result<u64> {
        let sql = "select value from counters where name = 'generation'";
        self.engine.first(Statement::new(sql)).await?.ok_or_else(|| {
            Error::Internal("the table counters has no row `generation`".to_owned(), None)
        })
    }
}

/// Without its bytes.
impl FromCells for Package {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("packages")?;
        Ok(Self {
            digest: Digest::from_stored(at.key()),
            name: cells.parse(&at, "name")?,
            version: cells.text(&at, "version")?,
            summary: cells.text(&at, "summary")?,
            grants: cells.json(&at, "grants")?,
            installed: cells.time(&at, "installed")?,
            bytes: Bytes::new(),
        })
    }
}

/// With its bytes.
struct Whole(Package);

impl FromCells for Whole {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let package = Package::read(cells)?;
        let bytes = cells.bytes("packages", package.digest.as_str())?;
        Ok(Self(Package { bytes, ..package }))
    }
}

impl FromCells for (PluginName, Activation) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("activations")?;
        let digest = |digest: String| Digest::from_stored(&digest);
        let activation = Activation {
            digest: digest(cells.text(&at, "digest")?),
            previous: cells.text_if(&at, "previous")?.map(digest),
            indices: cells.json(&at, "indices")?,
            previous_indices: cells.json(&at, "previous_indices")?,
            replaced_indices: cells.json_if(&at, "replaced_indices")?.unwrap_or_default(),
            since: cells.time(&at, "since")?,
        };
        Ok((at.parse_key("plugin")?, activation))
    }
}
