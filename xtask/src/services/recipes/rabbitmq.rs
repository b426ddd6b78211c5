//! RabbitMQ.
//!
//! Erlang is started without its own shell scripts: so it takes what it starts itself from a folder
//! of ours, and a server of another Debian release finds that release's loader there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::extracted::{self, Extracted, Release};
use super::{Place, Recipe, USER, words};
use crate::services::probe;

/// What a client of AMQP 0-9-1 says first.
const GREETING: &[u8] = b"AMQP\0\0\x09\x01";

pub(crate) enum Rabbitmq {
    /// As Debian has it.
    Debian,
    /// A newer one.
    Newer(Extracted),
}

impl Rabbitmq {
    pub(crate) const DEBIAN: Self = Self::Debian;
    pub(crate) const NEWER: Self =
        Self::Newer(Extracted { release: Release::Trixie, package: "rabbitmq-server" });
}

impl Recipe for Rabbitmq {
    fn packages(&self) -> &'static [&'static str] {
        match self {
            Self::Debian => &["rabbitmq-server"],
            Self::Newer(_) => Extracted::PACKAGES,
        }
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        if let Self::Newer(extracted) = self {
            extracted.prepare(place)?;
        }
        fs::create_dir_all(place.path("bin"))?;
        for name in ["epmd", "erl_child_setup", "inet_gethost"] {
            let program = self.program(place, &self.emulator(place)?.join(name)).join(" ");
            script(place, &format!("bin/{name}"), &format!("exec {program} \"$@\""))?;
        }
        // It would only start the port mapper, which `start` has done.
        script(place, "bin/erl", "exit 0")?;
        place.write("rabbitmq.conf", &settings(place.port))?;
        place.write("plugins", "[].\n")?;
        script(place, "start", &self.start(place)?)
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        Ok(words(["bash", &place.path("start")]))
    }

    fn version(&self, port: u16) -> anyhow::Result<String> {
        probe::ask(port, GREETING, version_of_answer)
    }

    fn url(&self, port: u16) -> String {
        format!("amqp://{USER}:{USER}@127.0.0.1:{port}")
    }
}

impl Rabbitmq {
    /// The port mapper and the server, each until the other has ended.
    fn start(&self, place: &Place) -> anyhow::Result<String> {
        let emulator = self.emulator(place)?;
        let root = emulator.parent().and_then(|erts| erts.parent());
        let root = root.context("Erlang has another folder")?.display();
        let beam = self.program(place, &emulator.join("beam.smp")).join(" ");
        let plugins = newest(&self.system(place).join("usr/lib/rabbitmq/lib"), "rabbitmq_server-")?;
        let plugins = plugins.join("plugins");
        let (home, port) = (place.folder.display(), place.port);
        let (distribution, mapper) = (port + 1, port + 2);
        Ok(format!(
            "export HOME='{home}' BINDIR='{home}/bin' ROOTDIR='{root}' EMU=beam PROGNAME=erl ERL_LIBS='{}'
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT={mapper}
export RABBITMQ_NODENAME=repono-{port}@localhost RABBITMQ_DIST_PORT={distribution}
export RABBITMQ_CONFIG_FILE='{home}/rabbitmq.conf' RABBITMQ_ADVANCED_CONFIG_FILE='{home}/none'
export RABBITMQ_CONF_ENV_FILE='{home}/none' RABBITMQ_ENABLED_PLUGINS_FILE='{home}/plugins'
export RABBITMQ_MNESIA_BASE='{home}/data' RABBITMQ_LOG_BASE='{home}/data'
bin/epmd -address 127.0.0.1 -port {mapper} &
mapper=$!
{beam} -W w -S 2:2 -- -root \"$ROOTDIR\" -bindir \"$BINDIR\" -progname erl -- -home \"$HOME\" -- \\
    -noinput -boot \"$ROOTDIR/bin/start_sasl\" -s rabbit boot -epmd_port {mapper} \\
    -kernel inet_dist_use_interface '{{127,0,0,1}}' -kernel prevent_overlapping_partitions false \\
    -os_mon start_memsup false -os_mon start_cpu_sup false \\
    -syslog logger '[]' -syslog syslog_error_logger false &
server=$!
trap 'kill \"$server\"' TERM INT
while kill -0 \"$server\" 2>/dev/null; do wait \"$server\"; done
kill \"$mapper\"",
            plugins.display()
        ))
    }

    fn system(&self, place: &Place) -> PathBuf {
        match self {
            Self::Debian => PathBuf::from("/"),
            Self::Newer(_) => PathBuf::from(extracted::path(place, "")),
        }
    }

    /// The folder of Erlang's programs.
    fn emulator(&self, place: &Place) -> anyhow::Result<PathBuf> {
        Ok(newest(&self.system(place).join("usr/lib/erlang"), "erts-")?.join("bin"))
    }

    /// The words that run one of them.
    fn program(&self, place: &Place, path: &std::path::Path) -> Vec<String> {
        match self {
            Self::Debian => vec![path.display().to_string()],
            Self::Newer(_) => extracted::run_by_its_loader(place, path),
        }
    }
}

/// Of the folders whose names begin so, the last.
fn newest(folder: &std::path::Path, beginning: &str) -> anyhow::Result<PathBuf> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let found = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning))
        .map(|entry| entry.path())
        .max();
    found.with_context(|| format!("{} has no {beginning}…", folder.display()))
}

fn script(place: &Place, name: &str, text: &str) -> anyhow::Result<()> {
    place.write(name, &format!("#!/bin/bash\n{text}\n"))?;
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(place.path(name), mode).with_context(|| format!("cannot open {name} up"))
}

/// On the loopback address, with one user, and room enough on small machines.
fn settings(port: u16) -> String {
    format!(
        "listeners.tcp.1 = 127.0.0.1:{port}
default_user = {USER}
default_pass = {USER}
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
log.console = true
log.console.level = warning
log.file = false
"
    )
}

/// It says what it is in a table: each name is followed by a letter, a length and its text.
fn version_of_answer(answer: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"\x07versionS";
    let start = answer.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let length = u32::from_be_bytes(answer.get(start..start + 4)?.try_into().ok()?);
    let text = answer.get(start + 4..)?.get(..usize::try_from(length).ok()?)?;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_of_answer;

    #[test]
    fn the_version_is_read_from_the_answer() {
        let answer = b"\x01\0\0\x07productS\0\0\0\x08RabbitMQ\x07versionS\0\0\0\x063.10.8\x09";

        assert_eq!(version_of_answer(answer).as_deref(), Some("3.10.8"));
        assert_eq!(version_of_answer(&answer[..answer.len() - 4]), None, "more may come");
    }
}
