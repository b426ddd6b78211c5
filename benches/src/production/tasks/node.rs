//! A process that does tasks of a kind that the product does not have: the server, with one more thing that
//! it does later by itself.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use futures::StreamExt as _;
use repono_domain::{Digest, TaskState};
use repono_server::app::{App, AppConfig};
use repono_server::config::{self, Environment};
use repono_service::ports::{Backoff, Change, Outcome, TaskHost, TaskKind};
use repono_service::tasks::{self, NewTask, OwnTask};
use repono_service::{Context, Result};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::super::Site;
use crate::{folder, report, server};

const EMPTY: &str = "repono.empty";
/// So many ask for tasks at the same time.
const ASKING: usize = 32;
/// Between tasks on a queue that is to be idle.
const PAUSE: Duration = Duration::from_millis(50);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// What is to be measured.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub(crate) enum Asked {
    /// Seconds until so many tasks are done.
    Throughput { count: usize },
    /// Seconds until each of so many begins.
    PickUp { count: usize },
    /// Seconds of so many transactions without a task, then of as many with one.
    Enqueue { count: usize },
}

/// The parent's side: has it measured in a process of its own.
pub(super) fn run(site: &Site, settings: &str, asked: Asked) -> anyhow::Result<Vec<f64>> {
    let config = site.config(settings, None)?;
    let data = folder::empty("tasks")?;
    server::command(&["migrate"], &data, Some(&config))?;
    let (what, count) = match asked {
        Asked::Throughput { count } => ("throughput", count),
        Asked::PickUp { count } => ("pick-up", count),
        Asked::Enqueue { count } => ("enqueue", count),
    };
    let output = Command::new(std::env::current_exe()?)
        .arg("tasks-node")
        .args([&config, &data])
        .args([what, &count.to_string()])
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the node ended with {}: {told}", output.status);
    let lines = String::from_utf8(output.stdout)?;
    lines.lines().map(|line| line.parse().with_context(|| line.to_owned())).collect()
}

/// The child's side.
pub(crate) fn measure(config: &Path, data: &Path, asked: Asked) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(async {
        let (node, begun) = Node::start(config, data.to_owned()).await?;
        let measured = match asked {
            Asked::Throughput { count } => node.throughput(count, begun).await,
            Asked::PickUp { count } => node.pick_up(count, begun).await,
            Asked::Enqueue { count } => node.enqueue(count).await,
        };
        node.app.stop().await;
        measured
    })?;
    for seconds in measured {
        report::print(&seconds.to_string());
    }
    Ok(())
}

struct Node {
    app: App,
    ctx: Context,
}

impl Node {
    async fn start(
        config: &Path,
        data: PathBuf,
    ) -> anyhow::Result<(Self, UnboundedReceiver<Instant>)> {
        let mut config = config::load(Some(config), &Environment::default(), &[])?;
        config.data.dir = data;
        "127.0.0.1:0".clone_into(&mut config.server.listen);
        let (tell, begun) = mpsc::unbounded_channel();
        let own_tasks: Vec<Arc<dyn OwnTask>> = vec![Arc::new(Empty::new(tell))];
        let app = App::start(AppConfig { own_tasks, ..AppConfig::new(config) }).await?;
        let ctx = app.services.as_system();
        Ok((Self { app, ctx }, begun))
    }

    async fn ask(&self) -> Result<()> {
        tasks::enqueue(&self.ctx, NewTask::new(EMPTY, json!({}))).await.map(drop)
    }

    async fn throughput(
        &self,
        count: usize,
        mut begun: UnboundedReceiver<Instant>,
    ) -> anyhow::Result<Vec<f64>> {
        let from = Instant::now();
        let asking = async {
            let mut asked =
                futures::stream::iter(0..count).map(|_| self.ask()).buffer_unordered(ASKING);
            while let Some(asked) = asked.next().await {
                asked?;
            }
            anyhow::Ok(())
        };
        let beginning = async {
            for _ in 0..count {
                next(&mut begun).await?;
            }
            anyhow::Ok(())
        };
        futures::try_join!(asking, beginning)?;
        // The last ones have begun; their ends are to be stored.
        while !self.all_are_done().await? {
            ensure!(from.elapsed() < PATIENCE, "some tasks do not come to an end");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(vec![from.elapsed().as_secs_f64()])
    }

    async fn all_are_done(&self) -> Result<bool> {
        let depths = self.ctx.database.depths().await?;
        Ok(depths.iter().all(|(_, state, _)| *state == TaskState::Succeeded))
    }

    async fn pick_up(
        &self,
        count: usize,
        mut begun: UnboundedReceiver<Instant>,
    ) -> anyhow::Result<Vec<f64>> {
        let mut measured = Vec::with_capacity(count);
        for _ in 0..count {
            tokio::time::sleep(PAUSE).await;
            let asked = Instant::now();
            self.ask().await?;
            measured.push((next(&mut begun).await? - asked).as_secs_f64());
        }
        Ok(measured)
    }

    async fn enqueue(&self, count: usize) -> anyhow::Result<Vec<f64>> {
        let (mut without, mut with) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for _ in 0..count {
            let begun = Instant::now();
            self.ctx.database.write(vec![self.change()]).await?;
            without.push(begun.elapsed().as_secs_f64());

            let begun = Instant::now();
            let task = tasks::prepare(&self.ctx, EMPTY, json!({})).await?;
            self.ctx.database.write(vec![self.change(), Change::Enqueue(task.clone())]).await?;
            self.ctx.queue.announce(&[task]);
            with.push(begun.elapsed().as_secs_f64());
        }
        Ok([without, with].concat())
    }

    /// A small change that nothing follows from.
    fn change(&self) -> Change {
        let line = Digest::from_sha256(self.ctx.ids.secret());
        Change::Import { line, record: self.ctx.ids.record(), instead_of: None }
    }
}

async fn next(begun: &mut UnboundedReceiver<Instant>) -> anyhow::Result<Instant> {
    let begun = tokio::time::timeout(PATIENCE, begun.recv()).await;
    begun.context("a task does not begin")?.context("the node has ended")
}

/// Does nothing, and says when it began.
struct Empty {
    kind: TaskKind,
    begun: UnboundedSender<Instant>,
}

impl Empty {
    fn new(begun: UnboundedSender<Instant>) -> Self {
        let minute = Duration::from_mins(1);
        let kind = TaskKind {
            name: "empty".to_owned(),
            summary: "Does nothing".to_owned(),
            payload_schema: json!({"type": "object"}),
            queue: String::new(),
            max_attempts: 1,
            soft_timeout: minute,
            timeout: minute,
            backoff: Backoff::default(),
            idempotent: true,
            schedule: None,
        };
        Self { kind, begun }
    }
}

#[async_trait]
impl OwnTask for Empty {
    fn kind(&self) -> &TaskKind {
        &self.kind
    }

    async fn execute(&self, _: &Context, _: &Value, _: &dyn TaskHost) -> Result<Outcome> {
        // Nobody listens when nobody wants to know.
        self.begun.send(Instant::now()).unwrap_or_default();
        Ok(Outcome::Done(Value::Null))
    }
}
