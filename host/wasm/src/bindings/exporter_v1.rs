//! `repono:plugin/exporter@1.0.0`.

wasmtime::component::bindgen!({
    path: "../../wit/plugin-1.0.0",
    world: "exporter-hook",
    with: { "repono:plugin/types@1.0.0": crate::bindings::types_v1 },
});
