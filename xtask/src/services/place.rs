//! Where a service lives, and who runs it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use super::Service;
use crate::process::run;

/// Runs the servers when root starts them: most of them refuse to be root.
const USER: &str = "repono-services";

/// The folder of a service.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) port: u16,
}

impl Place {
    pub(super) fn of(service: &Service) -> anyhow::Result<Self> {
        Ok(Self { folder: base()?.join(service.name), port: service.port })
    }

    /// The folder is there, and belongs to whoever runs the server.
    pub(super) fn create(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot create {}", self.folder.display()))?;
        match owner()? {
            Some(owner) => give(&self.folder, owner),
            None => Ok(()),
        }
    }

    /// A file or folder in it.
    pub(super) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Whether something is there already.
    pub(super) fn has(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    /// Writes a file that the server may read.
    pub(super) fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        match owner()? {
            Some(owner) => give(&path, owner),
            None => Ok(()),
        }
    }

    /// Gives a folder and all that is in it to whoever runs the server.
    pub(super) fn give_all(&self, name: &str) -> anyhow::Result<()> {
        match owner()? {
            Some(_) => run(Command::new("chown").args(["--recursive", USER, &self.path(name)])),
            None => Ok(()),
        }
    }

    /// User and group of whoever runs the server.
    pub(super) fn owner(&self) -> anyhow::Result<(u32, u32)> {
        let ours = fs::metadata(&self.folder).context("the folder is not there")?;
        Ok((ours.uid(), ours.gid()))
    }

    /// A program that is run as the server will be: in the folder, by the same user, and with
    /// nothing of the caller's environment.
    pub(super) fn command(&self, program: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_clear();
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("LANG", "C.UTF-8").env("HOME", &self.folder);
        if let Some((uid, gid)) = owner()? {
            command.uid(uid).gid(gid);
        }
        Ok(command)
    }
}

/// The folder of all services: under `target`, or, where that lies in a folder that only root may
/// enter, in one that others may.
fn base() -> anyhow::Result<PathBuf> {
    let ours = crate::root().join("target/services");
    if !rustix::process::geteuid().is_root() || others_may_enter(crate::root())? {
        return Ok(ours);
    }
    let digest = format!("{:x}", Sha256::digest(ours.as_os_str().as_encoded_bytes()));
    Ok(Path::new("/var/tmp").join(format!("repono-services-{}", &digest[..12])))
}

fn others_may_enter(folder: &Path) -> anyhow::Result<bool> {
    for folder in folder.ancestors() {
        let metadata =
            fs::metadata(folder).with_context(|| format!("cannot look at {}", folder.display()))?;
        if metadata.permissions().mode() & 0o001 == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// User and group of the servers; nobody else than the caller unless that is root.
fn owner() -> anyhow::Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    if let Some(found) = look_up(USER)? {
        return Ok(Some(found));
    }
    let mut add = Command::new("useradd");
    add.args(["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]);
    run(&mut add)?;
    match look_up(USER)? {
        Some(found) => Ok(Some(found)),
        None => bail!("the user {USER} was added and is not in /etc/passwd"),
    }
}

fn look_up(user: &str) -> anyhow::Result<Option<(u32, u32)>> {
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    Ok(users.lines().find_map(|line| {
        let mut parts = line.split(':');
        (parts.next() == Some(user)).then_some(())?;
        let mut numbers = parts.skip(1).map_while(|part| part.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    }))
}

fn give(path: &Path, (uid, gid): (u32, u32)) -> anyhow::Result<()> {
    let metadata = fs::metadata(path)?;
    if (metadata.uid(), metadata.gid()) == (uid, gid) {
        return Ok(());
    }
    chown(path, Some(uid), Some(gid))
        .with_context(|| format!("cannot give away {}", path.display()))
}
