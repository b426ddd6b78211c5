//! The engine that serves, and the settings that its code is compiled with.

use repono_service::ports::Refusal;
use wasmtime::component::Component;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::config::Limits;
use crate::fault::told;
use crate::ticker::Ticker;

/// JavaScript on `QuickJS` needs three of each, Rust one.
const MEMORIES: u32 = 4;
const TABLES: u32 = 4;
/// JavaScript on `SpiderMonkey` needs 7 700.
const TABLE_ELEMENTS: usize = 20_000;
/// A component of Python is made of some dozens.
const CORE_INSTANCES: u32 = 64;
const PAGE_BYTES: usize = 64 << 10;
/// Memory below this is wiped by hand when an instance goes, which is faster than to ask the kernel.
const KEPT_BYTES: usize = 1 << 20;

/// All that changes the code: the same for who compiles and for who runs.
fn code_config() -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .concurrency_support(false)
        .epoch_interruption(true)
        .consume_fuel(false)
        .memory_init_cow(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .gc_support(false);
    config
}

/// Compiles only: without the serving engine's pool, which would count against a compiler's memory.
pub(crate) fn compiling() -> wasmtime::Result<Engine> {
    Engine::new(&code_config())
}

/// The engine that runs plugins, and its clock.
pub(crate) struct Serving {
    pub(crate) engine: Engine,
    pub(crate) ticker: Ticker,
    memory_bytes: usize,
}

impl Serving {
    /// Has room for as many instances as `limits` has calls and tasks.
    pub(crate) fn start(limits: &Limits) -> wasmtime::Result<Self> {
        let engine = serving(limits)?;
        let ticker = Ticker::start(engine.weak())?;
        Ok(Self { engine, ticker, memory_bytes: limits.memory_bytes })
    }
}

fn serving(limits: &Limits) -> wasmtime::Result<Engine> {
    let instances = u32::try_from(limits.calls + limits.tasks)?;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .total_memories(instances.saturating_mul(MEMORIES))
        .max_memories_per_component(MEMORIES)
        .total_tables(instances.saturating_mul(TABLES))
        .max_tables_per_component(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(limits.memory_bytes.next_multiple_of(PAGE_BYTES))
        .linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(KEPT_BYTES)
        .pagemap_scan(Enabled::Auto);

    let mut config = code_config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

impl Serving {
    /// Reads code that this host compiled.
    ///
    /// # Safety
    /// `code` must be as the compiler left it: it is run as it stands.
    #[expect(unsafe_code, reason = "the caller has checked where the code comes from")]
    pub(crate) unsafe fn component(&self, code: &[u8]) -> Result<Component, Refusal> {
        // SAFETY: passed on to the caller.
        unsafe { Component::deserialize(&self.engine, code) }.map_err(|error| {
            // SAFETY: the same.
            let larger =
                compiling().and_then(|engine| unsafe { Component::deserialize(&engine, code) });
            let reason = larger.ok().and_then(|component| too_large(&component, self.memory_bytes));
            Refusal(reason.unwrap_or_else(|| format!("cannot be run here: {}", told(&error))))
        })
    }
}

/// Says in words why a component does not fit into the pool.
fn too_large(component: &Component, memory_bytes: usize) -> Option<String> {
    let needed = component.resources_required()?;
    let pages = usize::try_from(needed.max_initial_memory_size.unwrap_or(0)).unwrap_or(usize::MAX);
    let memory = pages.saturating_mul(PAGE_BYTES);
    let elements = needed.max_initial_table_size.unwrap_or(0);
    if needed.num_memories > MEMORIES {
        Some(format!("needs {} memories, a plugin may have {MEMORIES}", needed.num_memories))
    } else if needed.num_tables > TABLES {
        Some(format!("needs {} tables, a plugin may have {TABLES}", needed.num_tables))
    } else if elements > TABLE_ELEMENTS as u64 {
        Some(format!("needs a table of {elements} elements, a plugin may have {TABLE_ELEMENTS}"))
    } else if memory > memory_bytes {
        Some(format!(
            "starts with {} MB of memory, a plugin may use {} MB",
            memory >> 20,
            memory_bytes >> 20
        ))
    } else {
        None
    }
}
