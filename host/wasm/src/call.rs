//! One call: a fresh instance, on a thread that may block, within limits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use repono_service::ports::{Hosts, PluginFailure, TaskHost, Traces};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tracing::field::Empty;
use tracing::{Span, debug_span, error};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::bindings::types_v1::Failure;
use crate::config::Limits;
use crate::engine::Serving;
use crate::fault;
use crate::hooks::{Guest, Hooks};
use crate::imports::LogBook;
use crate::meter::{Ending, Meter};
use crate::slots::Slots;
use crate::state::{Leash, MemoryGauge, State};

/// A component, ready to be called.
#[derive(Clone)]
pub(crate) struct Callee {
    pub(crate) name: Arc<str>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) traces: Arc<dyn Traces>,
    pub(crate) serving: Arc<Serving>,
    pub(crate) component: InstancePre<State>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) calls: Slots,
    pub(crate) tasks: Slots,
    /// Where requests may go.
    pub(crate) hosts: Arc<Hosts>,
    /// JSON, for `manifest.configure`.
    pub(crate) settings: Option<Arc<str>>,
}

/// What is wanted of a plugin.
pub(crate) struct Ask {
    /// As the contract names it: `check`.
    pub(crate) function: &'static str,
    pub(crate) documents: usize,
    pub(crate) budget: Duration,
    /// Given for tasks alone.
    pub(crate) task: Option<Arc<dyn TaskHost>>,
}

impl Ask {
    /// A call that is no task.
    pub(crate) fn new(function: &'static str, documents: usize, budget: Duration) -> Self {
        Self { function, documents, budget, task: None }
    }
}

/// Why a call came to nothing, before it is a sentence.
pub(crate) enum Mishap {
    /// The guest did not come back.
    Fell(wasmtime::Error),
    /// It came back and said why not.
    Failure(PluginFailure),
    /// It came back with what cannot be: what it did, "in check" follows.
    Nonsense(String),
}

impl From<wasmtime::Error> for Mishap {
    fn from(error: wasmtime::Error) -> Self {
        Self::Fell(error)
    }
}

impl From<Failure> for Mishap {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure.into())
    }
}

/// What an `Instant` can be added to without care.
const LONGEST: Duration = Duration::from_hours(365 * 24);

impl Callee {
    /// Runs `work` in a fresh instance. Dropping the future stops the guest.
    pub(crate) async fn call<T, F>(&self, ask: Ask, work: F) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Guest<'_>) -> Result<T, Mishap> + Send + 'static,
    {
        let slots = if ask.task.is_some() { &self.tasks } else { &self.calls };
        let begun = Instant::now();
        let slot = slots.take().await.inspect_err(|_| {
            self.meter.record(ask.function, Ending::Busy, begun.elapsed());
        })?;

        let abandoned = CancellationToken::new();
        let _abandon = abandoned.clone().drop_guard();
        let leash = Leash {
            deadline: Instant::now() + ask.budget.min(LONGEST),
            abandoned,
            executor: Handle::current(),
        };
        let span = debug_span!(
            "plugin.call",
            otel.name = %format_args!("{}.{}", self.name, ask.function),
            otel.status_code = Empty,
            plugin.name = %self.name,
            plugin.function = ask.function,
            plugin.outcome = Empty,
            docs = ask.documents,
        );
        let callee = self.clone();
        let blocking = spawn_blocking(move || {
            // Given back last, when the instance is gone from the pool.
            let _slot = slot;
            span.in_scope(|| callee.run(&ask, leash, work, &span))
        });
        // An executor that shuts down runs nothing more.
        blocking.await.unwrap_or(Err(PluginFailure::Busy))
    }

    fn run<T>(
        &self,
        ask: &Ask,
        leash: Leash,
        work: impl FnOnce(&mut Guest<'_>) -> Result<T, Mishap>,
        span: &Span,
    ) -> Result<T, PluginFailure> {
        let begun = Instant::now();
        let _ticking = self.serving.ticker.run();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut store = self.store(ask, leash);
            self.enter(&mut store, work)
                .map_err(|mishap| fault::explain(mishap, &self.name, ask, store.data()))
        }));
        let (answer, ending) = match outcome {
            Ok(Ok(answer)) => (Ok(answer), Ending::Answered),
            Ok(Err((failure, ending))) => (Err(failure), ending),
            Err(_) => {
                error!(plugin.name = %self.name, plugin.function = ask.function, "the host panicked in a call of a plugin");
                let failure =
                    PluginFailure::Fault(format!("made the host panic in {}", ask.function));
                (Err(failure), Ending::Panicked)
            }
        };
        self.meter.record(ask.function, ending, begun.elapsed());
        span.record("plugin.outcome", ending.as_str());
        if ending.is_fault() {
            span.record("otel.status_code", "ERROR");
        }
        answer
    }

    fn store(&self, ask: &Ask, leash: Leash) -> Store<State> {
        let limits = &self.limits;
        let mut store = Store::new(
            &self.serving.engine,
            State {
                memory: MemoryGauge::new(limits.memory_bytes),
                answer_bytes: limits.answer_bytes,
                log: LogBook::new(
                    Arc::clone(&self.name),
                    ask.function,
                    ask.task.clone(),
                    limits.log_lines,
                    limits.log_bytes,
                ),
                leash: leash.clone(),
                hosts: Arc::clone(&self.hosts),
                task: ask.task.clone(),
            },
        );
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.answer_bytes);
        store.set_epoch_deadline(leash.ticks());
        store.epoch_deadline_callback(move |_| leash.look());
        store
    }

    fn enter<T>(
        &self,
        store: &mut Store<State>,
        work: impl FnOnce(&mut Guest<'_>) -> Result<T, Mishap>,
    ) -> Result<T, Mishap> {
        let instance = self.component.instantiate(&mut *store)?;
        let trace = self.traces.current();
        let mut guest = Guest { hooks: &self.hooks, instance, store, trace };
        if let Some(settings) = &self.settings {
            let manifest = guest.manifest()?;
            manifest.call_configure(&mut *guest.store, &settings.to_string())??;
        }
        work(&mut guest)
    }
}
