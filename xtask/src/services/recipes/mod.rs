//! What each kind of server needs to be installed, started and asked.

mod elasticmq;
mod engine;
mod exim;
mod extracted;
mod mailsink;
mod memcached;
mod mysql;
mod postgresql;
mod rabbitmq;
mod redis;

use rustix::process::Signal;

use super::place::Place;

pub(super) use elasticmq::Elasticmq;
pub(super) use engine::Engine;
pub(super) use exim::Exim;
pub(super) use mailsink::Mailsink;
pub(super) use memcached::Memcached;
pub(super) use mysql::Mysql;
pub(super) use postgresql::Postgresql;
pub(super) use rabbitmq::Rabbitmq;
pub(super) use redis::Redis;

/// Name and password of the user that tests come as, wherever there are users.
const USER: &str = "repono";

/// A kind of server.
pub(super) trait Recipe: Sync {
    /// Debian packages that must be installed.
    fn packages(&self) -> &'static [&'static str];

    /// Makes what the server needs in its place. It is called before every start, and does once
    /// what needs doing once.
    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        let _ = place;
        Ok(())
    }

    /// The words that run the server in the foreground.
    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>>;

    /// What the server says it is; an error as long as it is not ready.
    fn version(&self, port: u16) -> anyhow::Result<String>;

    /// Where clients find it.
    fn url(&self, port: u16) -> String;

    /// What has the server end in order.
    fn stop_signal(&self) -> Signal {
        Signal::TERM
    }
}

/// Words of a command line.
fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}
