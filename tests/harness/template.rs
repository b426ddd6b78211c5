//! A data folder with the shipped plugins, made once and copied for each test.

use std::path::{Path, PathBuf};

use repono_server::app::{App, AppConfig};
use repono_server::config::Config;
use tokio::sync::OnceCell;

use crate::guests;

static WITH_PLUGINS: OnceCell<tempfile::TempDir> = OnceCell::const_new();

/// Compiled plugins outlive the run: they are what takes long.
fn compiled() -> PathBuf {
    guests::target().join("test-cache")
}

/// The template's folder.
pub(crate) async fn with_plugins() -> &'static Path {
    let template = WITH_PLUGINS.get_or_init(|| async {
        let folder = tempfile::tempdir().unwrap();
        copy_compiled(folder.path());
        let mut app = config(folder.path());
        app.shipped = guests::shipped();
        let app = App::start(app).await.expect("the template's server starts");
        let active = app.services.active.load().plugins.len();
        assert_eq!(active, guests::shipped().len(), "every shipped plugin is active");
        app.stop().await;
        keep_compiled(folder.path());
        folder
    });
    template.await.path()
}

/// A configuration for a test: on the loopback, a free port, no plugin embedded.
pub(crate) fn config(folder: &Path) -> AppConfig {
    let mut config = Config::default();
    folder.clone_into(&mut config.data.dir);
    "127.0.0.1:0".clone_into(&mut config.server.listen);
    config.plugins.embedded = false;
    AppConfig::new(config)
}

pub(crate) fn copy_compiled(folder: &Path) {
    if compiled().exists() {
        copy(&compiled(), &folder.join("compiled-plugins"));
    }
}

/// Puts what was compiled where other runs find it; another run may do the same at the same time.
fn keep_compiled(folder: &Path) {
    let fresh = guests::target().join(format!("test-cache-{}", std::process::id()));
    copy(&folder.join("compiled-plugins"), &fresh);
    let _ = std::fs::remove_dir_all(compiled()).ok();
    if std::fs::rename(&fresh, compiled()).is_err() {
        let _ = std::fs::remove_dir_all(&fresh).ok();
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
