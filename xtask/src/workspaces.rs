//! The cargo workspaces of the project: what runs natively, and what is also built for WebAssembly.

use std::path::PathBuf;
use std::process::Command;

use crate::process::cargo;

/// A cargo workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workspace {
    /// The server and all that is around it.
    Host,
    /// The plugins that come with the server, and the SDK for Rust.
    Plugins,
    /// The plugins that tests are made with.
    Guests,
}

impl Workspace {
    pub(crate) const ALL: [Self; 3] = [Self::Host, Self::Plugins, Self::Guests];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Plugins => "plugins",
            Self::Guests => "guests",
        }
    }

    pub(crate) fn folder(self) -> PathBuf {
        match self {
            Self::Host => crate::root().to_owned(),
            Self::Plugins => crate::root().join("plugins"),
            Self::Guests => crate::root().join("tests/guests"),
        }
    }

    /// Cargo, run in it.
    pub(crate) fn cargo(self) -> Command {
        let mut cargo = cargo();
        cargo.current_dir(self.folder());
        cargo
    }
}
