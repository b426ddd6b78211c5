//! `repono:plugin/indexer@1.0.0`.

wasmtime::component::bindgen!({
    path: "../../wit/plugin-1.0.0",
    world: "indexer-hook",
    with: { "repono:plugin/types@1.0.0": crate::bindings::types_v1 },
});
