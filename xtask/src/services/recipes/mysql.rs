//! MariaDB and MySQL.

use super::extracted::{self, Extracted, Release};
use super::{Place, Recipe, USER, words};
use crate::process::read;
use crate::services::probe;

pub(crate) enum Mysql {
    /// As Debian has it.
    Mariadb,
    /// Debian's stable releases do not have it.
    Mysql(Extracted),
}

impl Mysql {
    pub(crate) const MARIADB: Self = Self::Mariadb;
    pub(crate) const MYSQL: Self =
        Self::Mysql(Extracted { release: Release::Sid, package: "mysql-server-core" });
}

impl Recipe for Mysql {
    fn packages(&self) -> &'static [&'static str] {
        match self {
            Self::Mariadb => &["mariadb-server"],
            Self::Mysql(_) => Extracted::PACKAGES,
        }
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        // Read at every start, so it must bear being repeated.
        place.write(
            "users.sql",
            &format!(
                "create database if not exists {USER};\n\
                 create user if not exists '{USER}'@'127.0.0.1' identified by '{USER}';\n\
                 grant all on *.* to '{USER}'@'127.0.0.1' with grant option;\n"
            ),
        )?;
        if let Self::Mysql(extracted) = self {
            extracted.prepare(place)?;
        }
        if place.has("data/mysql") {
            return Ok(());
        }
        let initialise = match self {
            Self::Mariadb => {
                let mut words = words(["mariadb-install-db", "--no-defaults", "--skip-test-db"]);
                words.push(format!("--datadir={}", place.path("data")));
                words
            }
            Self::Mysql(_) => {
                let mut words = self.program(place);
                words.push("--initialize-insecure".to_owned());
                words
            }
        };
        let (program, arguments) = (&initialise[0], &initialise[1..]);
        read(place.command(program)?.args(arguments)).map(drop)
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        let mut server = self.program(place);
        server.extend(words(["--bind-address=127.0.0.1", "--skip-name-resolve"]));
        server.extend(words(["--character-set-server=utf8mb4", "--max-connections=300"]));
        // Relative to the data: the whole path may be too long for a socket file.
        server.extend(words(["--socket=socket", "--pid-file=pid"]));
        server.push(format!("--port={}", place.port));
        server.push(format!("--init-file={}", place.path("users.sql")));
        if let Self::Mysql(_) = self {
            server.extend(words(["--mysqlx=OFF", "--secure-file-priv=NULL"]));
        }
        Ok(server)
    }

    fn version(&self, port: u16) -> anyhow::Result<String> {
        probe::ask(port, b"", version_of_greeting)
    }

    fn url(&self, port: u16) -> String {
        format!("mysql://{USER}:{USER}@127.0.0.1:{port}/{USER}")
    }
}

impl Mysql {
    fn program(&self, place: &Place) -> Vec<String> {
        let mut program = match self {
            Self::Mariadb => words(["mariadbd", "--no-defaults"]),
            Self::Mysql(_) => {
                let mut program = extracted::program(place, "usr/sbin/mysqld");
                program.push("--no-defaults".to_owned());
                program.push(format!("--basedir={}", extracted::path(place, "usr")));
                let messages = extracted::path(place, "usr/share/mysql");
                program.push(format!("--lc-messages-dir={messages}"));
                program
            }
        };
        program.push(format!("--datadir={}", place.path("data")));
        program
    }
}

/// The server speaks first: length, number, protocol, and its version up to a zero.
fn version_of_greeting(greeting: &[u8]) -> Option<String> {
    let text = greeting.get(5..)?;
    let end = text.iter().position(|byte| *byte == 0)?;
    let version = std::str::from_utf8(&text[..end]).ok()?;
    // MariaDB says first what old replicas want to hear.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    Some(version.split('-').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_of_greeting;

    #[test]
    fn the_version_is_read_from_the_greeting() {
        let mariadb = b"\x60\0\0\0\x0a5.5.5-10.11.19-MariaDB-0+deb12u1\0\x01\0";

        assert_eq!(version_of_greeting(mariadb).as_deref(), Some("10.11.19"));
        assert_eq!(version_of_greeting(b"\x60\0\0\0\x0a9.7.4-2\0").as_deref(), Some("9.7.4"));
        assert_eq!(version_of_greeting(b"\x60\0\0\0\x0a9.7"), None, "more may come");
    }
}
