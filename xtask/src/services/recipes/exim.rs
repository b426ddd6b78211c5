//! Exim, as a site's mail server: it keeps a queue, and hands mail on to the [`Mailsink`].

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::Context as _;

use super::{Mailsink, Place, Recipe, words};
use crate::services::{TABLE, probe};

const PROGRAM: &str = "/usr/sbin/exim4";

pub(crate) struct Exim;

impl Recipe for Exim {
    fn packages(&self) -> &'static [&'static str] {
        &["exim4-daemon-light"]
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        for folder in ["spool", "logs"] {
            fs::create_dir_all(place.path(folder))?;
            place.give_all(folder)?;
        }
        // A copy has no special rights, and so neither gains nor drops any.
        fs::copy(PROGRAM, place.path("exim")).context("cannot copy exim")?;
        fs::set_permissions(place.path("exim"), fs::Permissions::from_mode(0o755))?;
        place.give_all("exim")?;
        place.write("exim.conf", &settings(place)?)
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        // In the foreground; what waits is tried again every few seconds.
        Ok(words([&place.path("exim"), "-C", &place.path("exim.conf"), "-bdf", "-q3s"]))
    }

    /// It speaks first: `220 localhost ESMTP Exim 4.96 …`.
    fn version(&self, port: u16) -> anyhow::Result<String> {
        probe::ask(port, b"", |greeting| {
            let mut words = std::str::from_utf8(greeting).ok()?.split_whitespace();
            words.find(|word| *word == "Exim")?;
            words.next().map(str::to_owned)
        })
    }

    fn url(&self, port: u16) -> String {
        format!("smtp://127.0.0.1:{port}")
    }
}

fn settings(place: &Place) -> anyhow::Result<String> {
    let sink = TABLE.iter().find(|service| service.name == "mailsink");
    let sink = Mailsink::smtp(sink.context("there is no mailsink")?.port);
    let (user, group) = place.owner()?;
    Ok(format!(
        "exim_user = {user}
exim_group = {group}
deliver_drop_privilege
spool_directory = {folder}/spool
log_file_path = {folder}/logs/%s
pid_file_path = {folder}/spool/exim.pid
primary_hostname = localhost
local_interfaces = 127.0.0.1
disable_ipv6
daemon_smtp_ports = {port}
tls_advertise_hosts =
smtp_accept_queue_per_connection = 0
message_size_limit = 50M
acl_smtp_rcpt = acl_rcpt

begin acl
acl_rcpt:
  accept hosts = 127.0.0.1

begin routers
sink:
  driver = manualroute
  route_list = * 127.0.0.1::{sink}
  self = send
  transport = smtp

begin transports
smtp:
  driver = smtp
  allow_localhost
  hosts_try_fastopen =

begin retry
* * F,1h,2s
",
        folder = place.folder.display(),
        port = place.port,
    ))
}
