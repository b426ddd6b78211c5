//! `repono work`, `repono schedule`, `repono relay`

use crate::client::Global;
use crate::config::{Config, Flag, NamedQueue};
use crate::roles::{self, Role};

const EXAMPLES: &str = "\
It needs what the nodes share: a database and a search engine as services. Examples:
  repono serve --alone --config /etc/repono.toml
  repono relay --config /etc/repono.toml --data /var/lib/repono-relay
  repono work --config /etc/repono.toml --data /var/lib/repono-work --listen 127.0.0.1:8081

Each process has a data folder of its own, for compiled plugins. Stop it with Ctrl-C or SIGTERM.";

/// A process with one role
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where it tells how it is: /health/live, /health/ready [default: a free port of 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What to log: error, warn, info, debug, or by module [default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

const WORK_EXAMPLES: &str = "\
It needs what the nodes share: a database and a search engine as services. Examples:
  repono work --config /etc/repono.toml --data /var/lib/repono-work
  repono work --config /etc/repono.toml --data /var/lib/repono-indexing --queues indexing:4
  repono work --config /etc/repono.toml --data /var/lib/repono-rest --queues default,low:1

`low:1`: one worker of its own. A name alone: the workers that queues share, `tasks.workers` of them.
Each process has a data folder of its own, for compiled plugins. Stop it with Ctrl-C or SIGTERM.";

/// A process that does tasks
#[derive(clap::Args)]
#[command(after_help = WORK_EXAMPLES)]
pub(super) struct WorkArgs {
    /// Work on these queues and no others, whatever the settings say: default,low:1,indexing:4
    #[arg(long, value_name = "QUEUES", value_delimiter = ',')]
    queues: Option<Vec<NamedQueue>>,
    #[command(flatten)]
    args: Args,
}

pub(super) fn work(global: &Global, args: WorkArgs) -> anyhow::Result<()> {
    let WorkArgs { queues, args } = args;
    run_with(global, args, Role::Work, |config| {
        if let Some(queues) = queues {
            config.tasks.work_on(queues);
        }
    })
}

pub(super) fn run(global: &Global, args: Args, role: Role) -> anyhow::Result<()> {
    run_with(global, args, role, |_| {})
}

fn run_with(
    global: &Global,
    args: Args,
    role: Role,
    change: impl FnOnce(&mut Config),
) -> anyhow::Result<()> {
    let listen = args.listen.unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let mut flags: Vec<Flag> = vec![("server.listen", listen.into())];
    flags.extend(global.log_flag(args.log));
    let mut config = global.settings(&flags)?;
    change(&mut config);
    roles::apart(&config, role)?;
    roles::run(config, role.as_str(), [role].into())
}
