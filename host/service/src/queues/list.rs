//! Looking at queues.

use std::collections::BTreeMap;

use jiff::Timestamp;
use repono_domain::{Node, WorkedQueue};

use super::{known, of_kinds, unknown};
use crate::ports::Pause;
use crate::{Context, Error, Result, nodes};

/// A queue as it is at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// Its name.
    pub name: String,
    /// Tasks that wait for their time or for a worker.
    pub waiting: u64,
    /// Tasks in the hands of workers, or of workers that have fallen silent.
    pub running: u64,
    /// Of those, tasks of workers that have fallen silent.
    pub silent: u64,
    /// Tasks that were given up and wait for a person.
    pub dead: u64,
    /// When the first of those that wait is due, or was. None: nothing waits.
    pub first_due: Option<Timestamp>,
    /// None: it hands out its tasks.
    pub pause: Option<Pause>,
    /// How this process works on it, if it does.
    pub here: Option<WorkedQueue>,
    /// Processes that live and work on it. None: not all of them say what they work on.
    pub nodes: Option<u64>,
}

/// All queues, by name. For administrators.
pub async fn list(ctx: &Context) -> Result<Vec<QueueState>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let mut pauses: BTreeMap<_, _> = ctx
        .database
        .pauses()
        .await?
        .into_iter()
        .map(|pause| (pause.queue.clone(), pause))
        .collect();
    let mut backlogs: BTreeMap<_, _> = ctx
        .database
        .backlogs()
        .await?
        .into_iter()
        .map(|backlog| (backlog.queue.clone(), backlog))
        .collect();
    let nodes: Vec<_> = nodes::list(ctx).await?.into_iter().filter(|node| node.alive).collect();
    let mut here = ctx.workers.works_on(of_kinds(ctx));
    let state = |name: String| {
        let backlog = backlogs.remove(&name);
        let count = |of: fn(&crate::ports::Backlog) -> u64| backlog.as_ref().map_or(0, of);
        QueueState {
            waiting: count(|backlog| backlog.waiting),
            running: count(|backlog| backlog.running),
            silent: count(|backlog| backlog.silent),
            dead: count(|backlog| backlog.dead),
            first_due: backlog.as_ref().and_then(|backlog| backlog.first_due),
            pause: pauses.remove(&name),
            here: here.iter().position(|here| here.queue == name).map(|place| here.remove(place)),
            nodes: nodes.iter().map(|node| works_on(&node.node, &name)).sum(),
            name,
        }
    };
    Ok(known(ctx).await?.into_iter().map(state).collect())
}

/// One if it does. None: it does not say.
fn works_on(node: &Node, queue: &str) -> Option<u64> {
    let works_on = node.works_on.as_ref()?;
    Some(u64::from(works_on.iter().any(|worked| worked.queue == queue)))
}

/// One queue. For administrators.
pub async fn read(ctx: &Context, name: &str) -> Result<QueueState> {
    let mut queues = list(ctx).await?;
    match queues.iter().position(|queue| queue.name == name) {
        Some(place) => Ok(queues.swap_remove(place)),
        None => Err(unknown(name, queues.into_iter().map(|queue| queue.name))),
    }
}
