//! `repono export`

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::progress;
use crate::client::{Client, Global, NDJSON, encode, with_query, with_server};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono export --collection records -o records.ndjson
  repono export --collection records --format datacite-json | gzip > datacite.json.gz";

/// Writes the published records of a collection
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The collection: `records`
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// A format that a plugin writes [default: the records' own JSON, one a line]
    #[arg(long)]
    format: Option<String>,
    /// Where to [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(global: &Global, args: &Args) -> anyhow::Result<()> {
    with_server(global, "export", |client| match &args.output {
        Some(file) => to_file(client, args, file),
        None => copy(client, args, &mut io::stdout().lock()).map(drop),
    })
}

/// The file is there when it is whole.
fn to_file(client: &Client, args: &Args, file: &Path) -> anyhow::Result<()> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut written =
        File::create(&part).with_context(|| format!("{} cannot be written", part.display()))?;
    let size_bytes = copy(client, args, &mut written)
        .inspect_err(|_| std::fs::remove_file(&part).unwrap_or_default())?;
    written
        .sync_all()
        .and_then(|()| std::fs::rename(&part, file))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    output::note(format!("exported {} to {}", indicatif::HumanBytes(size_bytes), file.display()));
    Ok(())
}

fn copy(client: &Client, args: &Args, to: &mut impl Write) -> anyhow::Result<u64> {
    let path = format!("/{}/export", encode(&args.collection));
    let path = with_query(&path, &[("format", args.format.as_deref())]);
    let accept = if args.format.is_some() { "*/*" } else { NDJSON };
    let mut from = client.download(&path, accept)?;
    let bar = progress::bytes(None).with_message("exporting");
    let copied = io::copy(&mut bar.wrap_read(&mut from), to);
    bar.finish_and_clear();
    let copied = copied.with_context(|| "the export broke off")?;
    to.flush()?;
    Ok(copied)
}
