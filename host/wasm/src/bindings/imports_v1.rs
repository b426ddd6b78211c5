//! `repono:plugin/kv@1.0.0` and `repono:plugin/fetch@1.0.0`, which a plugin of any hook may import.

wasmtime::component::bindgen!({
    inline: "package repono:host; world imports { import repono:plugin/kv@1.0.0; import repono:plugin/fetch@1.0.0; }",
    path: "../../wit/plugin-1.0.0",
    world: "repono:host/imports",
    imports: { default: trappable },
});
