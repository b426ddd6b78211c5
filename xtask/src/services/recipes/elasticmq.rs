//! ElasticMQ, which speaks the protocol of Amazon's SQS.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Place, Recipe, words};
use crate::services::pins::{self, Pin};
use crate::services::probe;
use crate::terminal::say;

const PINS: &str = include_str!("../engines/elasticmq.toml");

pub(crate) struct Elasticmq;

/// The server is the first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    jars: Vec<Pin>,
}

impl Recipe for Elasticmq {
    fn packages(&self) -> &'static [&'static str] {
        &["maven", "openjdk-17-jre-headless"]
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        place.write("elasticmq.conf", &settings(place))?;
        let stamp = format!("{:x}", Sha256::digest(PINS));
        if fs::read_to_string(place.path("assembled")).is_ok_and(|known| known == stamp) {
            return Ok(());
        }
        say("services: fetching elasticmq …");
        let parts = parts()?;
        let jars: BTreeSet<Pin> = parts.jars.into_iter().collect();
        pins::fetch(&jars, &place.folder.join("jars"))?;
        place.give_all("jars")?;
        place.write("assembled", &stamp)
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        let mut server = words(["java", "-Xmx256m"]);
        server.push(format!("-Dconfig.file={}", place.path("elasticmq.conf")));
        server.extend(words(["-cp", &place.path("jars/*"), "org.elasticmq.server.Main"]));
        Ok(server)
    }

    /// It does not say which it is, but it is the one that was pinned.
    fn version(&self, port: u16) -> anyhow::Result<String> {
        let question = "GET /?Action=ListQueues HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n";
        probe::ask(port, question.as_bytes(), |answer| {
            let head = std::str::from_utf8(answer).ok()?;
            (head.split_whitespace().nth(1) == Some("200")).then_some(())
        })?;
        let parts = parts()?;
        Ok(parts.jars.first().context("nothing is pinned")?.version()?.to_owned())
    }

    fn url(&self, port: u16) -> String {
        format!("sqs+http://repono:repono@127.0.0.1:{port}?region=elasticmq")
    }
}

fn parts() -> anyhow::Result<Parts> {
    toml::from_str(PINS).context("cannot read the pins of elasticmq")
}

fn settings(place: &Place) -> String {
    format!(
        "include classpath(\"application.conf\")
node-address {{ protocol = http, host = localhost, port = {port}, context-path = \"\" }}
rest-sqs {{ enabled = true, bind-port = {port}, bind-hostname = \"127.0.0.1\", sqs-limits = strict }}
rest-stats {{ enabled = false }}
aws {{ region = elasticmq, accountId = 000000000000 }}
queues-storage {{ enabled = true, path = \"{folder}/queues.conf\" }}
messages-storage {{ enabled = true, uri = \"jdbc:h2:{folder}/messages\" }}
",
        port = place.port,
        folder = place.folder.display()
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pins_begin_with_the_server() {
        let parts = super::parts().unwrap();

        assert_eq!(parts.jars[0].version().unwrap(), "1.7.1");
    }
}
