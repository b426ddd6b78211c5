//! `repono serve`

use crate::client::Global;
use crate::config::Flag;
use crate::roles::{self, Role};

const EXAMPLES: &str = "\
Examples:
  repono serve
  repono serve --listen 0.0.0.0:8080 --site-url https://repo.example.org --data /var/lib/repono
  REPONO_LOG__FORMAT=json repono serve --config /etc/repono.toml

Stop it with Ctrl-C or SIGTERM: it answers what was asked, hands tasks back and ends in order.
What can be set, and how: repono config default";

/// Serves a repository: HTTP, and in the same process indexing, tasks and schedules
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Answer HTTP only: `repono relay`, `work` and `schedule` run elsewhere, on the same services
    #[arg(long)]
    alone: bool,
    /// Where it is found from outside [default: that address]
    #[arg(long, value_name = "URL")]
    site_url: Option<String>,
    /// What to log: error, warn, info, debug, or by module [default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

pub(super) fn run(global: &Global, args: Args) -> anyhow::Result<()> {
    let given = [("server.listen", args.listen), ("server.site_url", args.site_url)];
    let given = given.into_iter().filter_map(|(path, value)| Some((path, value?.into())));
    let flags: Vec<Flag> = given.chain(global.log_flag(args.log)).collect();
    let config = global.settings(&flags)?;
    if args.alone {
        roles::apart(&config, Role::Serve)?;
        return roles::run(config, "serve", [Role::Serve].into());
    }
    roles::run(config, "serve", Role::ALL.into())
}
