//! Plugins built for the tests.

use std::path::{Path, PathBuf};

use repono_service::plugins::Shipped;
use repono_service::ports::Grants;

/// The workspace's `target` folder.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("target")
}

/// A shipped plugin's component.
///
/// # Panics
/// When it has not been built.
pub fn plugin(name: &str) -> PathBuf {
    built("plugins", name)
}

/// A test guest's component.
///
/// # Panics
/// When it has not been built.
pub fn test_guest(name: &str) -> PathBuf {
    built("test-guests", name)
}

fn built(folder: &str, name: &str) -> PathBuf {
    let path = target().join(folder).join(format!("{name}.wasm"));
    assert!(
        path.exists(),
        "{} has not been built: run `cargo xtask plugins` first",
        path.display()
    );
    path
}

pub(crate) fn shipped() -> Vec<Shipped> {
    let shipped = |name: &str, capabilities: &[&str]| Shipped {
        name: name.to_owned(),
        bytes: std::fs::read(plugin(name)).unwrap().into(),
        grants: Grants {
            capabilities: capabilities.iter().map(|&name| name.to_owned()).collect(),
            settings: None,
        },
    };
    vec![
        shipped("rdm", &[]),
        shipped("biotools", &[]),
        shipped("opendata", &[]),
        shipped("completeness", &["records"]),
    ]
}
