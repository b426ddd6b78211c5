//! `repono:plugin/task@1.0.0`, and what a running task may import.

wasmtime::component::bindgen!({
    path: "../../wit/plugin-1.0.0",
    world: "task-hook",
    imports: { default: trappable },
    with: {
        "repono:plugin/types@1.0.0": crate::bindings::types_v1,
        "repono:plugin/task-host.run": crate::bindings::task_v1::Run,
    },
});

/// The task that is running. There is one in a call, so its handle says nothing.
pub struct Run;
