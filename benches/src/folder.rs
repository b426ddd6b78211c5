//! Folders under `target/bench`, and the data folder that all servers start from.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::server::Server;

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

/// A data folder in which the shipped plugins are active and compiled; not in use.
pub(crate) struct Template {
    folder: PathBuf,
    /// A secret of user 1, who may do everything.
    pub(crate) token: String,
}

/// Plugins within the program.
const SHIPPED: usize = 4;

/// Made once a run, so that it is of the program that is measured.
pub(crate) async fn template() -> anyhow::Result<&'static Template> {
    TEMPLATE.get_or_try_init(make).await
}

async fn make() -> anyhow::Result<Template> {
    crate::report::say("making a data folder: plugins are compiled");
    let folder = empty("template")?;
    let mut server = Server::start(&folder, None).await?;
    let plugins: Value = serde_json::from_str(&server.command(&["plugin", "list", "--json"])?)?;
    let active = active(&plugins);
    ensure!(
        active == SHIPPED,
        "{active} plugins are active instead of {SHIPPED}: was the server built after the plugins?"
    );
    let token = server.make_token()?;
    server.stop().await?;
    Ok(Template { folder, token })
}

/// Counts `"active": true` anywhere in the list.
fn active(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(active).sum(),
        Value::Object(members) => {
            let itself = usize::from(members.get("active") == Some(&Value::Bool(true)));
            itself + members.values().map(active).sum::<usize>()
        }
        _ => 0,
    }
}

impl Template {
    /// A copy under `target/bench/{name}`, in place of one that was there.
    pub(crate) fn copy(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = empty(name)?;
        copy(&self.folder, &folder).with_context(|| format!("cannot fill {}", folder.display()))?;
        Ok(folder)
    }
}

/// An empty folder `target/bench/{name}`, in place of one that was there.
pub(crate) fn empty(name: &str) -> anyhow::Result<PathBuf> {
    let folder = scratch()?.join(name);
    let shown = || format!("cannot make {}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(shown)?;
    }
    std::fs::create_dir_all(&folder).with_context(shown)?;
    Ok(folder)
}

/// `target/bench`.
pub(crate) fn scratch() -> anyhow::Result<PathBuf> {
    let folder = crate::root().join("target/bench");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// With the rights of folders and files: some must be their owner's alone.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    std::fs::set_permissions(to, std::fs::metadata(from)?.permissions())?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
