//! Debian packages.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::process::read;
use crate::terminal::say;

/// Asked by packages whether they may start what they bring.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Installs what is missing of `packages`; nothing that they bring is started.
pub(super) fn install<'a>(
    packages: impl IntoIterator<Item = &'a &'static str>,
) -> anyhow::Result<()> {
    let packages: BTreeSet<_> = packages.into_iter().copied().collect();
    let missing: Vec<_> = packages.into_iter().filter(|package| !is_there(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing_text = missing.join(" ");
    if !rustix::process::geteuid().is_root() {
        bail!("packages are missing: run `apt-get install {missing_text}` as root");
    }
    say(&format!("services: installing {missing_text} …"));
    let _policy = Policy::nothing_starts()?;
    // Lists that are old name packages that are gone.
    read(apt().arg("update"))?;
    let mut install = apt();
    install.args(["install", "--yes", "--no-install-recommends"]).args(missing);
    read(&mut install).map(drop).context(
        "these recipes are for Debian 12; elsewhere docker-compose.services.yml brings the same servers",
    )
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").args([
        "-qq",
        "--option",
        "DPkg::Lock::Timeout=300",
    ]);
    apt
}

fn is_there(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status}", package]);
    query.output().is_ok_and(|output| output.stdout == b"installed")
}

/// Forbids packages to start anything, for as long as it lives.
struct Policy {
    is_ours: bool,
}

impl Policy {
    fn nothing_starts() -> anyhow::Result<Self> {
        // Whoever put one there, as container images do, has decided already.
        let is_ours = !Path::new(POLICY).exists();
        if is_ours {
            fs::write(POLICY, "#!/bin/sh\nexit 101\n").context("cannot write policy-rc.d")?;
            fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { is_ours })
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.is_ours
            && let Err(error) = fs::remove_file(POLICY)
        {
            say(&format!("services: remove {POLICY} yourself: {error}"));
        }
    }
}
