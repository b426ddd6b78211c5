//! Finding the server that a command talks to, or starting one for it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::Client;
use crate::app::{App, AppConfig, DataDir, Found, ServerFile};
use crate::config::{self, Config, Environment};
use crate::failure::{Code, failure};
use crate::{logging, output, roles};

/// How long a command waits for a folder that another command uses, or whose server is starting.
const WAIT: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(100);

/// What every command takes.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Global {
    /// The data folder [default: repono-data]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub data: Option<PathBuf>,
    /// The settings; `repono config default` prints those there are
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
    /// A server elsewhere, instead of that of the data folder [environment: `REPONO_URL`]
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub url: Option<String>,
    /// Whose rights to use there [environment: `REPONO_TOKEN`]
    #[arg(long, global = true, help_heading = "Everywhere", hide_default_value = true)]
    pub token: Option<String>,
    /// One JSON document on stdout instead of text
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// More about what happens, on stderr
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = "Everywhere")]
    pub verbose: u8,
}

impl Global {
    /// The settings that hold for this command.
    pub(crate) fn settings(&self, flags: &[config::Flag]) -> anyhow::Result<Config> {
        let data = self.data.as_ref().map(|data| ("data.dir", data.display().to_string().into()));
        let flags: Vec<_> = data.into_iter().chain(flags.iter().cloned()).collect();
        config::load(self.config.as_deref(), &Environment::read(), &flags)
    }

    /// What a process is to log: as it was told, or more if that was asked for.
    pub(crate) fn log_flag(&self, log: Option<String>) -> Option<config::Flag> {
        let log = log.or_else(|| (self.verbose > 0).then(|| "debug".to_owned()))?;
        Some(("log.filter", log.into()))
    }

    /// Whether the command is about a server elsewhere.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.elsewhere().is_some()
    }

    /// A server that was named.
    fn elsewhere(&self) -> Option<Client> {
        let environment = Environment::read();
        let url = self.url.as_deref().or_else(|| environment.get("URL"))?;
        let token = self.token.as_deref().or_else(|| environment.get("TOKEN"));
        Some(Client::new(url, token.map(str::to_owned)))
    }
}

/// Does something with a server: the one that was named, the one that runs on the data folder, or
/// one started for this alone and stopped afterwards.
pub(crate) fn with_server<T>(
    global: &Global,
    purpose: &str,
    work: impl FnOnce(&Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if let Some(client) = global.elsewhere() {
        return work(&client);
    }
    let mut config = global.settings(&[])?;
    let deadline = std::time::Instant::now() + WAIT;
    loop {
        if let Some(client) = running(&config.data.dir) {
            return work(&client);
        }
        "127.0.0.1:0".clone_into(&mut config.server.listen);
        quiet(&mut config, global.verbose);
        match Own::start(config.clone(), purpose) {
            Ok(own) => return own.with(work),
            // Held by a command that will end, or by a server that has not told where it is yet.
            Err(error)
                if crate::failure::code(&error) == Code::Conflict
                    && std::time::Instant::now() < deadline =>
            {
                std::thread::sleep(STEP);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The server that runs on a data folder.
fn running(folder: &Path) -> Option<Client> {
    DataDir::holder(folder)?;
    let server = ServerFile::read(folder)?;
    Some(Client::local(&server.url, server.secret))
}

/// A command is not a server: what goes well need not be told.
fn quiet(config: &mut Config, verbose: u8) {
    let filter = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug,ureq=info,ureq_proto=info",
    };
    filter.clone_into(&mut config.log.filter);
    config.log.format = config::LogFormat::Text;
}

/// A server that a command runs for itself.
struct Own {
    runtime: Runtime,
    app: Arc<Mutex<Option<App>>>,
}

impl Own {
    fn start(config: Config, purpose: &str) -> anyhow::Result<Self> {
        logging::start(&config.log, None)?;
        let runtime = roles::runtime()?;
        let app = AppConfig {
            compiler: roles::compiler(),
            found: Found::ByNobody,
            purpose: purpose.to_owned(),
            ..AppConfig::new(config)
        };
        let app = Arc::new(Mutex::new(Some(runtime.block_on(App::start(app))?)));
        runtime.spawn(stop_when_interrupted(Arc::clone(&app)));
        Ok(Self { runtime, app })
    }

    fn with<T>(self, work: impl FnOnce(&Client) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let client = {
            let app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
            let app = app.as_ref().ok_or_else(|| failure(Code::Failed, "interrupted"))?;
            Client::local(&app.url, app.local_secret.clone())
        };
        let done = work(&client);
        // Its connections are kept alive, and would be waited for.
        drop(client);
        let app = self.app.lock().unwrap_or_else(PoisonError::into_inner).take();
        match app {
            Some(app) => self.runtime.block_on(app.stop()),
            // The interruption took it and ends the process.
            None => std::thread::sleep(WAIT),
        }
        done
    }
}

/// Ctrl-C in the middle of an import: what was imported is kept in order, and the program ends as
/// an interrupted one does.
async fn stop_when_interrupted(app: Arc<Mutex<Option<App>>>) {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    let app = app.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(app) = app {
        output::note("interrupted: closing in order");
        app.stop().await;
        std::process::exit(130);
    }
}
