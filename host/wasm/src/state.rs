//! What an instance knows of its call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use repono_service::ports::{Hosts, TaskHost};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use wasmtime::{ResourceLimiter, UpdateDeadline};

use crate::imports::LogBook;
use crate::ticker::TICK;

/// What the store of one call holds.
pub(crate) struct State {
    pub(crate) memory: MemoryGauge,
    /// What it may hand over at once.
    pub(crate) answer_bytes: usize,
    pub(crate) log: LogBook,
    pub(crate) leash: Leash,
    /// Where requests may go.
    pub(crate) hosts: Arc<Hosts>,
    /// None outside of tasks.
    pub(crate) task: Option<Arc<dyn TaskHost>>,
}

/// Why a guest was made to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cut {
    /// Its deadline has passed.
    #[error("the deadline has passed")]
    OutOfTime,
    /// Nobody waits for the answer.
    #[error("nobody waits for the answer")]
    Abandoned,
}

/// How long a guest may go on.
#[derive(Clone)]
pub(crate) struct Leash {
    pub(crate) deadline: Instant,
    pub(crate) abandoned: CancellationToken,
    pub(crate) executor: Handle,
}

/// How often a guest that runs is looked after.
const LOOK: Duration = Duration::from_millis(5);

impl Leash {
    /// Says at an epoch's end whether the guest may go on, and for how many.
    pub(crate) fn look(&self) -> wasmtime::Result<UpdateDeadline> {
        self.check()?;
        Ok(UpdateDeadline::Continue(self.ticks()))
    }

    fn check(&self) -> Result<(), Cut> {
        if self.abandoned.is_cancelled() {
            Err(Cut::Abandoned)
        } else if Instant::now() >= self.deadline {
            Err(Cut::OutOfTime)
        } else {
            Ok(())
        }
    }

    /// Epochs until the next look, at least one.
    pub(crate) fn ticks(&self) -> u64 {
        let left = self.deadline.saturating_duration_since(Instant::now()).min(LOOK);
        u64::try_from(left.as_millis() / TICK.as_millis()).unwrap_or(1).max(1)
    }

    /// Waits for the host, as long as the guest may go on. Only on a thread that may block.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> wasmtime::Result<T> {
        self.executor.block_on(async {
            tokio::select! {
                biased;
                () = self.abandoned.cancelled() => Err(Cut::Abandoned.into()),
                () = tokio::time::sleep_until(self.deadline.into()) => Err(Cut::OutOfTime.into()),
                done = work => Ok(done),
            }
        })
    }
}

/// Counts all memories of an instance together.
pub(crate) struct MemoryGauge {
    pub(crate) limit: usize,
    pub(crate) used: usize,
    /// Whether the guest was ever denied more.
    pub(crate) exceeded: bool,
}

impl MemoryGauge {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, used: 0, exceeded: false }
    }
}

impl ResourceLimiter for MemoryGauge {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit {
            self.exceeded = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    /// The pool has its own limit.
    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
