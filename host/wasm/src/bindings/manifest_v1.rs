//! `repono:plugin/manifest@1.0.0`, and `log`, which every plugin may import.

wasmtime::component::bindgen!({
    path: "../../wit/plugin-1.0.0",
    world: "manifest-hook",
});
