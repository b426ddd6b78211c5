//! Celery 5, by a driver in Python: `benches/celery/driver.py`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::report::say;

const PACKAGE: &str = "celery~=5.5";

/// Celery, installed under `target/peers`.
pub(super) struct Driver {
    packages: PathBuf,
}

impl Driver {
    /// Installs it unless it has been.
    pub(super) fn install() -> anyhow::Result<Self> {
        let packages = crate::root().join("target/peers/celery");
        if !packages.join("celery").exists() {
            say(&format!("tasks: installing {PACKAGE}"));
            let installed = Command::new("python3")
                .args(["-m", "pip", "install", "--quiet", "--target"])
                .arg(&packages)
                .arg(PACKAGE)
                .stdout(Stdio::null())
                .status();
            let is_there = installed.is_ok_and(|status| status.success());
            ensure!(is_there, "{PACKAGE} could not be installed by pip");
        }
        Ok(Self { packages })
    }

    /// How long so many empty tasks take from the first that is asked for to the last that is done.
    pub(super) fn seconds(&self, broker: &str, count: usize) -> anyhow::Result<f64> {
        let driver = crate::root().join("benches/celery/driver.py");
        let output = Command::new("python3")
            .arg(driver)
            .args([broker, &count.to_string()])
            .env("PYTHONPATH", &self.packages)
            .stderr(Stdio::piped())
            .output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "the driver of Celery ended with {}: {told}",
            output.status
        );
        let seconds = String::from_utf8(output.stdout)?;
        seconds.trim().parse().with_context(|| format!("the driver of Celery says {seconds:?}"))
    }
}
