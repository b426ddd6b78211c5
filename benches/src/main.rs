//! `bench`: how fast the server is, beside what its backends could do at most.
//!
//! Every figure is measured in one run with what it is compared to, turn by turn, so that a ratio
//! holds on any machine. What is measured are the programs that are shipped, each in a process of
//! its own; this program is the load. The table goes to `benches/README.md`.
//!
//! One module a measurement. Adding one: 1. a module with `run`, 2. a line in [`Measurement`] and one
//! in [`measure`], 3. a sentence in `benches/README.md`.

mod guest;
mod import;
mod pocketbase;
mod production;
mod read;
mod start;
mod swap;
mod write;

mod bare;
mod client;
mod documents;
mod figure;
mod folder;
mod load;
mod machine;
mod process;
mod report;
mod rounds;
mod server;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};

use production::Services;
use report::Row;

/// Measures the server; without names, all that there is
#[derive(Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Arguments {
    /// What to measure
    names: Vec<Measurement>,
    /// Servers to measure with; without names, all that needs them and nothing else
    #[command(flatten)]
    services: Option<Services>,
    #[command(subcommand)]
    own: Option<Own>,
}

/// What can be measured, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Measurement {
    /// Publishing all records by `repono import`
    Import,
    /// Reading records over HTTP
    Read,
    /// Creating and publishing records over HTTP
    Write,
    /// The same beside `PocketBase`, if it can be built
    Pocketbase,
    /// Plugin code in its sandbox
    Guest,
    /// Requests while plugins are replaced
    Swap,
    /// Starting, and memory when idle
    Start,
    /// Creating and publishing records in `PostgreSQL`
    Deposit,
    /// Reading records from `PostgreSQL`
    Lookup,
    /// Searching in `OpenSearch`
    Search,
    /// Filling a new index in `OpenSearch`
    Reindex,
    /// Work in the background, with brokers
    Tasks,
    /// A million records beside ten thousand; a quarter of an hour, so only if it is named
    Scale,
}

impl Measurement {
    /// Whether it needs services besides the server.
    fn needs_services(self) -> bool {
        matches!(
            self,
            Self::Deposit | Self::Lookup | Self::Search | Self::Reindex | Self::Tasks | Self::Scale
        )
    }

    /// Whether it is measured only if it is named.
    fn is_long(self) -> bool {
        matches!(self, Self::Scale)
    }
}

/// What this program runs of itself.
#[derive(Subcommand)]
enum Own {
    /// Serves files of a folder from memory, in one route of axum
    #[command(hide = true)]
    BareAxum { address: std::net::SocketAddr, folder: PathBuf },
    /// Does empty tasks on a database and a broker, and says how long they took
    #[command(hide = true)]
    TasksNode {
        config: PathBuf,
        data: PathBuf,
        #[command(subcommand)]
        asked: production::tasks::node::Asked,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.own {
        Some(Own::BareAxum { address, folder }) => bare::serve(address, &folder),
        Some(Own::TasksNode { config, data, asked }) => {
            production::tasks::node::measure(&config, &data, asked)
        }
        None => measure_all(arguments.names, arguments.services.as_ref()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The load is one thread: the processors belong to the servers.
fn measure_all(names: Vec<Measurement>, services: Option<&Services>) -> anyhow::Result<()> {
    let all = || Measurement::value_variants().iter().copied();
    let mut names = if names.is_empty() {
        let wanted =
            |name: &Measurement| name.needs_services() == services.is_some() && !name.is_long();
        all().filter(wanted).collect()
    } else {
        names
    };
    names.sort_unstable();
    names.dedup();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut failed = None;
    for name in names {
        report::say(&format!("{name}: measuring"));
        match runtime.block_on(measure(name, services)) {
            Ok(rows) => report::add(&root().join("benches/README.md"), name, &rows)?,
            Err(error) => {
                report::say(&format!("{name}: {error:#}"));
                failed = Some(anyhow::anyhow!("{name} was not measured"));
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn measure(name: Measurement, services: Option<&Services>) -> anyhow::Result<Vec<Row>> {
    let services = || services.context("it needs services: use `cargo xtask bench --services`");
    match name {
        Measurement::Import => import::run().await,
        Measurement::Read => read::run().await,
        Measurement::Write => write::run().await,
        Measurement::Pocketbase => pocketbase::run().await,
        Measurement::Guest => guest::run().await,
        Measurement::Swap => swap::run().await,
        Measurement::Start => start::run().await,
        Measurement::Deposit => production::deposit::run(services()?).await,
        Measurement::Lookup => production::lookup::run(services()?).await,
        Measurement::Search => production::search::run(services()?).await,
        Measurement::Reindex => production::reindex::run(services()?).await,
        Measurement::Tasks => production::tasks::run(services()?).await,
        Measurement::Scale => production::scale::run(services()?).await,
    }
}

impl std::fmt::Display for Measurement {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = format!("{self:?}").to_lowercase();
        formatter.write_str(&name)
    }
}

/// The folder of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_named_by_themselves_or_not_at_all() {
        let names = |line: &[&str]| Arguments::try_parse_from(line).unwrap().names;

        assert_eq!(names(&["bench"]), []);
        assert_eq!(names(&["bench", "swap", "read"]), [Measurement::Swap, Measurement::Read]);
        let services = |line: &[&str]| {
            Arguments::try_parse_from(line).map(|arguments| arguments.services.is_some())
        };
        let (database, search) = ("--postgresql=postgres://a/b", "--opensearch=http://c");
        let (rabbitmq, redis) = ("--rabbitmq=amqp://d", "--redis=redis://e");
        assert!(!services(&["bench"]).unwrap());
        let line = ["bench", database, search, rabbitmq, redis, "deposit"];
        assert!(services(&line).unwrap());
        assert!(services(&["bench", database]).is_err(), "one without the other is of no use");
        let own = Arguments::try_parse_from(["bench", "bare-axum", "127.0.0.1:1", "bodies"]);
        assert!(matches!(own.unwrap().own, Some(Own::BareAxum { .. })));
    }
}
