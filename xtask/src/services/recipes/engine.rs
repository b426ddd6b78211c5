//! OpenSearch and Elasticsearch.
//!
//! Maven's central repository has the server with one module, and the other modules as libraries.
//! Which go where, with the two files that a module needs beside its libraries, is in `engines/`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Place, Recipe};
use crate::process::run;
use crate::services::pins::{self, Pin};
use crate::services::probe;
use crate::terminal::say;

/// Where the system keeps them.
const JAVAS: &str = "/usr/lib/jvm";

pub(crate) struct Engine {
    /// `opensearch` or `elasticsearch`, as its files and settings are named.
    pub(crate) kind: &'static str,
    pub(crate) pins: &'static str,
    /// The versions of Java that it runs on.
    pub(crate) java: RangeInclusive<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    server: Pin,
    #[serde(default)]
    modules: Vec<Module>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Module {
    name: String,
    class: String,
    /// Another module whose classes it sees.
    #[serde(default)]
    extends: String,
    /// What Java's security manager lets it do.
    #[serde(default)]
    permissions: Vec<String>,
    jars: Vec<Pin>,
}

impl Recipe for Engine {
    fn packages(&self) -> &'static [&'static str] {
        &["maven", "openjdk-17-jre-headless", "unzip"]
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        self.java_home()?;
        let stamp = format!("{:x}", Sha256::digest(self.pins));
        if fs::read_to_string(place.path("assembled")).is_ok_and(|known| known == stamp) {
            return Ok(());
        }
        let parts: Parts = toml::from_str(self.pins).context("cannot read the pins")?;
        self.assemble(place, &parts)?;
        place.write(&format!("server/config/{}.yml", self.kind), &settings(place.port))?;
        place.write("server/config/jvm.options.d/heap.options", "-Xms1g\n-Xmx1g\n")?;
        place.give_all("server")?;
        place.write("assembled", &stamp)
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        let java = self.java_home()?.display().to_string();
        Ok(vec![
            "env".to_owned(),
            // Each version reads another one.
            format!("JAVA_HOME={java}"),
            format!("OPENSEARCH_JAVA_HOME={java}"),
            "bash".to_owned(),
            place.path(&format!("server/bin/{}", self.kind)),
        ])
    }

    fn version(&self, port: u16) -> anyhow::Result<String> {
        probe::page(port, "/_cluster/health?wait_for_status=yellow&timeout=1s")?;
        let said: serde_json::Value = serde_json::from_str(&probe::page(port, "/")?)?;
        let version = said["version"]["number"].as_str();
        version.map(str::to_owned).context("it does not say its version")
    }

    fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }
}

impl Engine {
    fn assemble(&self, place: &Place, parts: &Parts) -> anyhow::Result<()> {
        let version = parts.server.version()?;
        say(&format!("services: putting {} {version} together …", self.kind));
        let downloads = place.folder.join("downloads");
        let all: BTreeSet<Pin> = parts
            .modules
            .iter()
            .flat_map(|module| &module.jars)
            .chain([&parts.server])
            .cloned()
            .collect();
        pins::fetch(&all, &downloads)?;

        if place.has("server") {
            fs::remove_dir_all(place.path("server")).context("cannot remove the old server")?;
        }
        let unpacked = downloads.join(format!("{}-{version}", self.kind));
        let zip = parts.server.path(&downloads)?;
        run(Command::new("unzip").args(["-q", "-o"]).arg(zip).arg("-d").arg(&downloads))?;
        fs::rename(unpacked, place.path("server")).context("the archive has another folder")?;
        for module in &parts.modules {
            let folder = place.folder.join("server/modules").join(&module.name);
            self.add(module, version, &downloads, &folder)
                .with_context(|| format!("cannot add the module {}", module.name))?;
        }
        fs::remove_dir_all(downloads).context("cannot remove what was downloaded")
    }

    fn add(
        &self,
        module: &Module,
        version: &str,
        downloads: &Path,
        folder: &Path,
    ) -> anyhow::Result<()> {
        let Module { name, class, extends, permissions, jars } = module;
        fs::create_dir(folder)?;
        for jar in jars {
            let from = jar.path(downloads)?;
            fs::copy(&from, folder.join(from.file_name().context("a jar has a name")?))?;
        }
        let kind = self.kind;
        let descriptor = format!(
            "name={name}\ndescription={name}\nversion={version}\n{kind}.version={version}\n\
             classname={class}\nextended.plugins={extends}\njava.version=1.8\n\
             has.native.controller=false\n"
        );
        fs::write(folder.join("plugin-descriptor.properties"), descriptor)?;
        let mut policy = String::from("grant {\n");
        for permission in permissions {
            writeln!(policy, "    permission {permission};")?;
        }
        fs::write(folder.join("plugin-security.policy"), policy + "};\n")?;
        Ok(())
    }

    fn java_home(&self) -> anyhow::Result<PathBuf> {
        let homes = fs::read_dir(JAVAS).with_context(|| format!("cannot read {JAVAS}"))?;
        let fitting = homes
            .filter_map(|entry| {
                let home = entry.ok()?.path();
                let version = java_version(&fs::read_to_string(home.join("release")).ok()?)?;
                self.java.contains(&version).then_some((version, home))
            })
            .min();
        fitting.map(|(_, home)| home).with_context(|| {
            let (first, last) = (self.java.start(), self.java.end());
            let or_newer = if first == last { "" } else { " or newer" };
            format!("it needs Java {first}{or_newer}, and {JAVAS} has none; Debian 12 has 17 alone: install another there yourself")
        })
    }
}

/// One node that nobody joins, on the loopback address, that fills the disk if it must.
fn settings(port: u16) -> String {
    format!(
        "cluster.name: repono\n\
         node.name: one\n\
         network.host: 127.0.0.1\n\
         http.port: {port}\n\
         transport.port: {}\n\
         discovery.type: single-node\n\
         cluster.routing.allocation.disk.threshold_enabled: false\n",
        port + 100
    )
}

/// Reads `JAVA_VERSION="17.0.15"`.
fn java_version(release: &str) -> Option<u32> {
    let line = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    line.trim_matches('"').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Parts, java_version};
    use crate::services::TABLE;

    #[test]
    fn the_version_of_java_is_read_from_its_release_file() {
        assert_eq!(java_version("IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\n"), Some(17));
        assert_eq!(java_version("JAVA_VERSION=\"25\"\n"), Some(25));
        assert_eq!(java_version(""), None);
    }

    #[test]
    fn all_pins_can_be_read() {
        let read = |text: &str| {
            toml::from_str::<Parts>(text).unwrap().server.version().unwrap().to_owned()
        };

        let versions = [
            read(include_str!("../engines/opensearch.toml")),
            read(include_str!("../engines/opensearch-1.toml")),
            read(include_str!("../engines/opensearch-3.toml")),
            read(include_str!("../engines/elasticsearch.toml")),
        ];

        assert_eq!(versions, ["2.19.6", "1.3.14", "3.8.0", "7.10.2"]);
        assert_eq!(TABLE.iter().filter(|service| service.suite == Some("opensearch")).count(), 4);
    }
}
