//! `repono doctor`

mod check;
mod folder;
mod server;

use serde_json::json;

use self::check::{Check, State};
use crate::client::{Global, with_server};
use crate::failure::{Code, failure};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono doctor
  repono doctor --data /var/lib/repono --config /etc/repono.toml
  repono doctor --json | jq '.checks[] | select(.state != \"ok\")'

It changes nothing but its own lock. The exit code is 1 if something is wrong.";

/// Looks for what is wrong, and says what to do
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args;

pub(super) fn run(global: &Global, _args: &Args) -> anyhow::Result<()> {
    let checks = checks(global);
    if global.json {
        output::json(&json!({"checks": checks}))?;
    } else {
        checks.iter().try_for_each(Check::print)?;
    }
    match checks.iter().filter(|check| check.state == State::Wrong).count() {
        0 => Ok(()),
        1 => Err(failure(Code::Failed, "one thing is wrong")),
        wrong => Err(failure(Code::Failed, format!("{wrong} things are wrong"))),
    }
}

/// Each looks at what the ones before have found right.
fn checks(global: &Global) -> Vec<Check> {
    let config = match global.settings(&[]) {
        Ok(config) => config,
        Err(error) => {
            return vec![Check::wrong(
                "configuration",
                format!("{error:#}"),
                "mend the setting; `repono config default` explains all there are",
            )];
        }
    };
    let mut checks = vec![Check::ok("configuration", "every setting is known and readable")];
    if !global.is_elsewhere() {
        checks.extend(folder::checks(&config));
        if checks.iter().any(|check| check.state == State::Wrong) {
            return checks;
        }
    }
    match with_server(global, "doctor", |client| Ok(server::checks(client))) {
        Ok(found) => checks.extend(found),
        Err(error) => checks.push(Check::wrong(
            "server",
            format!("{error:#}"),
            "start it with `repono serve -v` and read what it logs",
        )),
    }
    checks
}
