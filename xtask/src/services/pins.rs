//! Artifacts from Maven's central repository, each with the digest that it must have.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::files;
use crate::process::read;

/// A file in the repository.
#[derive(serde::Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pin {
    /// `group:name:version`, and its type if that is not `jar`.
    artifact: String,
    sha256: String,
}

impl Pin {
    fn parts(&self) -> anyhow::Result<[&str; 4]> {
        let mut parts = self.artifact.split(':');
        let mut next = || parts.next();
        match (next(), next(), next(), next()) {
            (Some(group), Some(name), Some(version), kind) => {
                Ok([group, name, version, kind.unwrap_or("jar")])
            }
            _ => anyhow::bail!("{} is not group:name:version", self.artifact),
        }
    }

    pub(super) fn version(&self) -> anyhow::Result<&str> {
        self.parts().map(|[_, _, version, _]| version)
    }

    /// Where [`fetch`] puts it.
    pub(super) fn path(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let [_, name, version, kind] = self.parts()?;
        Ok(folder.join(format!("{name}-{version}.{kind}")))
    }
}

/// Downloads all into `folder`, and refuses what is not what was pinned.
pub(super) fn fetch(pins: &BTreeSet<Pin>, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let project = folder.join("pom.xml");
    fs::write(&project, project_of(pins, folder)?)?;
    // Maven's own client: it knows the mirrors and proxies of this machine.
    let mut maven = Command::new("mvn");
    maven.args(["--batch-mode", "--quiet", "--file"]).arg(&project);
    maven.arg("org.apache.maven.plugins:maven-dependency-plugin:2.8:copy");
    read(&mut maven)?;
    for pin in pins {
        let digest = files::digest(&pin.path(folder)?)?;
        ensure!(
            digest == pin.sha256,
            "{} has the SHA-256 {digest}, and {} was pinned: it is not used",
            pin.artifact,
            pin.sha256
        );
    }
    Ok(())
}

/// A project that is nothing but a list of files to copy: all of them in one run.
fn project_of(pins: &BTreeSet<Pin>, folder: &Path) -> anyhow::Result<String> {
    let mut items = String::new();
    for pin in pins {
        let [group, name, version, kind] = pin.parts()?;
        writeln!(
            items,
            "<artifactItem><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version><type>{kind}</type></artifactItem>"
        )?;
    }
    Ok(format!(
        "<project><modelVersion>4.0.0</modelVersion>
<groupId>repono</groupId><artifactId>services</artifactId><version>1</version><packaging>pom</packaging>
<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><version>2.8</version><configuration>
<outputDirectory>{}</outputDirectory>
<artifactItems>
{items}</artifactItems>
</configuration></plugin></plugins></build></project>
",
        folder.display()
    ))
}
