//! `repono plugin`

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::progress;
use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_query, with_server};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono plugin list
  repono plugin install minerals.wasm                   checks it and keeps it; nothing changes yet
  repono plugin install scores.wasm --grant records --activate
  repono plugin install link-check.wasm --grant records --grant kv --grant 'fetch:*.example.org'
  repono plugin activate minerals                       its newest package; the old one serves on meanwhile
  repono plugin activate minerals --digest 3f9a         a certain one
  repono plugin rollback minerals                       what was in force before
  repono plugin deactivate minerals                     its records stay, and are not served
  repono plugin remove minerals --digest 3f9a";

const COLUMNS: &[Column] = &[
    ("PLUGIN", "/name"),
    ("VERSION", "/version"),
    ("ACTIVE", "/active"),
    ("GRANTED", "/grants"),
    ("DIGEST", "/digest"),
    ("SUMMARY", "/summary"),
];

/// Installs, activates and rolls back plugins while the server runs
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Checks a component in every way short of using it, and keeps it
    Install {
        /// A WebAssembly component: `minerals.wasm`
        file: PathBuf,
        /// What it may ask the server for, once for each: `records`, `kv`, `fetch:example.org`
        ///
        /// `fetch:*.example.org` is all hosts below that one, `fetch:*` every host with a public address,
        /// `fetch-private:HOST` a host of your own network; each may have a port, as in `:8080`.
        #[arg(long, value_name = "CAPABILITY")]
        grant: Vec<String>,
        /// Puts it in force as well
        #[arg(long)]
        activate: bool,
    },
    /// Lists the packages there are, and which are in force
    List,
    /// Tells everything about one plugin
    Show {
        /// Its name
        name: String,
    },
    /// Puts an installed package in force, in place of the one that is
    Activate {
        /// Its name
        name: String,
        /// Which package, by the first digits of its digest [default: the newest]
        #[arg(long)]
        digest: Option<String>,
    },
    /// Puts the package in force that was before
    Rollback {
        /// Its name
        name: String,
    },
    /// Takes a plugin out of force
    Deactivate {
        /// Its name
        name: String,
    },
    /// Removes packages that no record needs
    Remove {
        /// Its name
        name: String,
        /// Which package [default: all of the plugin's, which is deactivated first]
        #[arg(long)]
        digest: Option<String>,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "plugin", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Install { file, grant, activate } => {
            let bytes = std::fs::read(&file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            install(client, global, &bytes, &grant, activate)
        }
        Command::List => list(client, global),
        Command::Show { name } => shown(global, &client.get(&path(&name))?),
        Command::Activate { name, digest } => activate(client, global, &name, digest.as_deref()),
        Command::Rollback { name } => {
            let last =
                progress::follow(client, &format!("{}/rollback", path(&name)), Sent::Nothing)?;
            show::told(global, &last, &format!("rolled {name} back"))
        }
        Command::Deactivate { name } => {
            client.post(&format!("{}/deactivate", path(&name)), Sent::Nothing)?;
            show::told(
                global,
                &json!({"deactivated": name}),
                &format!("{name} is out of force; its records stay"),
            )
        }
        Command::Remove { name, digest } => {
            client.delete(&with_query(&path(&name), &[("digest", digest.as_deref())]))?;
            show::told(global, &json!({"removed": name}), &format!("removed {name}"))
        }
    }
}

fn path(name: &str) -> String {
    format!("/admin/plugins/{}", encode(name))
}

fn install(
    client: &Client,
    global: &Global,
    bytes: &[u8],
    grant: &[String],
    with_activation: bool,
) -> anyhow::Result<()> {
    let grants: Vec<_> =
        grant.iter().map(|capability| ("grant", Some(capability.as_str()))).collect();
    let installed = client
        .post(&with_query("/admin/plugins", &grants), Sent::Bytes("application/wasm", bytes))?;
    let [name, version, digest] =
        ["/name", "/version", "/digest"].map(|pointer| show::text(&installed, pointer));
    for warning in installed.get("warnings").and_then(Value::as_array).into_iter().flatten() {
        output::note(format!("warning: {}", show::text(warning, "")));
    }
    if !with_activation {
        return show::told(
            global,
            &installed,
            &format!(
                "installed {name} {version}; `repono plugin activate {name}` puts it in force"
            ),
        );
    }
    output::note(format!("installed {name} {version}"));
    activate(client, global, &name, Some(&digest))
}

/// May take long, as an index may have to be filled.
fn activate(
    client: &Client,
    global: &Global,
    name: &str,
    digest: Option<&str>,
) -> anyhow::Result<()> {
    let which = json!({"digest": digest});
    let last = progress::follow(client, &format!("{}/activate", path(name)), Sent::Json(&which))?;
    show::told(global, &last, &format!("{name} is in force"))
}

fn list(client: &Client, global: &Global) -> anyhow::Result<()> {
    let mut answer = client.get("/admin/plugins")?;
    if !global.json {
        shorten_digests(&mut answer);
    }
    show::list(global, &answer, COLUMNS)
}

/// Twelve digits tell two packages apart.
fn shorten_digests(answer: &mut Value) {
    match answer {
        Value::Array(values) => values.iter_mut().for_each(shorten_digests),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(digest) if name == "digest" => digest.truncate(12),
                    value => shorten_digests(value),
                }
            }
        }
        _ => {}
    }
}

/// Its packages, and what the one in force does.
fn shown(global: &Global, plugin: &Value) -> anyhow::Result<()> {
    if global.json {
        return Ok(output::json(plugin)?);
    }
    let mut packages = plugin.get("packages").cloned().unwrap_or_default();
    shorten_digests(&mut packages);
    show::list(global, &packages, COLUMNS)?;
    let kept = |what| plugin.pointer(&format!("/kv/{what}")).and_then(Value::as_u64);
    if let (Some(entries @ 1..), Some(bytes)) = (kept("entries"), kept("bytes")) {
        output::line(format!("keeps: {entries} keys, {bytes} bytes"))?;
    }
    let does = [
        ("collections", "name"),
        ("vocabularies", "name"),
        ("formats", "id"),
        ("task_kinds", "name"),
    ];
    for (what, name) in does {
        let list = plugin.pointer(&format!("/does/{what}")).and_then(Value::as_array);
        let names: Vec<_> =
            list.into_iter().flatten().map(|item| show::text(item, &format!("/{name}"))).collect();
        if !names.is_empty() {
            output::line(format!("{}: {}", what.replace('_', " "), names.join(", ")))?;
        }
    }
    Ok(())
}
