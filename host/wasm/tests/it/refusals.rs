//! What is no plugin is refused with a sentence that says what it is, and what to do.

use serde_json::json;

use crate::guest::{Guest, dummy};
use crate::support::{TestRuntime, configured, granting};

const MANIFEST: &str = "include repono:plugin/manifest-hook@1.0.0;";

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn a_picture_is_no_plugin() {
    let refusal = TestRuntime::new().refusal("GIF89a").await;
    assert_eq!(refusal, "The file is not WebAssembly: a plugin is a .wasm component");
}

#[tokio::test]
async fn text_is_to_be_made_binary() {
    let refusal = TestRuntime::new().refusal("(component)").await;
    assert_eq!(refusal, "The file is WebAssembly text: bring the binary component");
}

#[tokio::test]
async fn a_core_module_is_to_be_encoded() {
    let refusal = TestRuntime::new().refusal(component("(module)")).await;
    assert_eq!(
        refusal,
        "The file is a core module, not a component: build it with Repono's SDK and `repono plugin build`, or encode it with wit-component"
    );
}

#[tokio::test]
async fn compiled_code_is_refused() {
    let refusal = TestRuntime::new().refusal("\x7fELF and so on").await;
    assert_eq!(
        refusal,
        "The file is compiled code: bring the .wasm component, the server compiles it itself"
    );
}

#[tokio::test]
async fn half_a_component_is_refused() {
    let whole = Guest::new().build();
    let refusal = TestRuntime::new().refusal(whole[..whole.len() / 2].to_vec()).await;
    assert!(
        refusal.starts_with("The file is not a whole WebAssembly component: unexpected end"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_component_that_breaks_the_rules_is_refused() {
    let mut wrong = Guest::new().schema("(unreachable)").build();
    let code = wrong.windows(3).position(|bytes| bytes == [0x00, 0x00, 0x0b]).unwrap();
    wrong[code + 1] = 0x1a;
    let refusal = TestRuntime::new().refusal(wrong).await;
    assert!(refusal.starts_with("The file cannot be compiled: "), "{refusal}");
}

#[tokio::test]
async fn a_component_too_large_is_refused() {
    let runtime = TestRuntime::with(|config| config.limits.file_bytes = 100);
    assert_eq!(
        runtime.refusal(vec![0; 101]).await,
        "The file has 101 bytes, a plugin may have 100"
    );
}

#[tokio::test]
async fn another_contract_is_named() {
    let refusal = TestRuntime::new()
        .refusal(component(
            "(component (instance $i) (export \"repono:plugin/manifest@2.0.0\" (instance $i)))",
        ))
        .await;
    assert_eq!(refusal, "The file is built against contract 2.0.0, this server speaks 1.0.0");
}

#[tokio::test]
async fn a_component_without_manifest_is_no_plugin() {
    let refusal = TestRuntime::new().refusal(component("(component)")).await;
    assert_eq!(refusal, "The file is a component but no plugin: it does not export `manifest`");
}

#[tokio::test]
async fn a_hook_that_is_not_run_yet_is_named() {
    for (world, hook) in [
        ("importer-hook", "importer"),
        ("file-processor-hook", "file-processor"),
        ("event-hook-hook", "event-hook"),
        ("pid-provider-hook", "pid-provider"),
        ("access-policy-hook", "access-policy"),
    ] {
        let refusal = TestRuntime::new()
            .refusal(dummy(&format!("{MANIFEST} include repono:plugin/{world}@1.0.0;")))
            .await;
        assert_eq!(
            refusal,
            format!(
                "The file exports `{hook}`: the hook {hook} is designed, but this server does not run it yet"
            )
        );
    }
}

#[tokio::test]
async fn an_import_that_is_not_offered_yet_is_named() {
    let refusal = TestRuntime::new()
        .refusal(dummy(&format!("{MANIFEST} import repono:plugin/streams@1.0.0;")))
        .await;
    assert_eq!(
        refusal,
        "The file asks for `streams`, which is designed, but this server does not offer it yet"
    );
}

#[tokio::test]
async fn an_import_of_nobodys_is_named() {
    let refusal =
        TestRuntime::new().refusal(dummy(&format!("{MANIFEST} import sing: func();"))).await;
    assert_eq!(
        refusal,
        "The file imports `sing`, which is no part of the contract: a plugin may import `repono:plugin/…` alone"
    );
}

#[tokio::test]
async fn a_manifest_of_another_shape_is_refused() {
    let refusal = TestRuntime::new()
        .refusal(component(
            "(component (instance $i) (export \"repono:plugin/manifest@1.0.0\" (instance $i)))",
        ))
        .await;
    assert!(
        refusal.starts_with("The file exports a `manifest` that is not as contract 1.0.0 has it ("),
        "{refusal}"
    );
    assert!(refusal.ends_with("): build it with this contract's WIT"), "{refusal}");
}

#[tokio::test]
async fn an_import_of_another_shape_is_refused() {
    let refusal = TestRuntime::new()
        .refusal(component(
            "(component
               (import \"repono:plugin/log@1.0.0\" (instance (export \"log\" (func (param \"line\" string)))))
               (instance $i) (export \"repono:plugin/manifest@1.0.0\" (instance $i)))",
        ))
        .await;
    assert!(
        refusal.starts_with(
            "The file imports a `repono:plugin/log@1.0.0` that is not as contract 1.0.0 has it ("
        ),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_function_that_the_contract_lacks_is_refused_whatever_else_is_imported() {
    let refusal = TestRuntime::new()
        .refusal(component(
            "(component
               (import \"wasi:cli/environment@0.2.0\" (instance (export \"count\" (func (result u32)))))
               (import \"repono:plugin/log@1.0.0\" (instance (export \"shout\" (func (param \"line\" string)))))
               (instance $i) (export \"repono:plugin/manifest@1.0.0\" (instance $i)))",
        ))
        .await;
    assert_eq!(
        refusal,
        "The file imports a function `shout` of `repono:plugin/log@1.0.0` that contract 1.0.0 does not have: build it with this contract's WIT"
    );
}

#[tokio::test]
async fn text_as_utf_16_is_refused() {
    let refusal = TestRuntime::new()
        .refusal(component(
            "(component
               (core module $m (memory (export \"m\") 1) (func (export \"r\") (param i32 i32 i32 i32) (result i32) (unreachable)) (func (export \"f\") (param i32 i32)))
               (core instance $i (instantiate $m))
               (func (param \"s\" string) (canon lift (core func $i \"f\") (memory (core memory $i \"m\")) (realloc (core func $i \"r\")) string-encoding=utf16)))",
        ))
        .await;
    assert_eq!(refusal, "The file passes text as UTF-16: build it with text as UTF-8");
}

#[tokio::test]
async fn what_was_not_granted_is_to_be_granted() {
    let refusal = TestRuntime::new()
        .refusal(Guest::new().named("mirror").asking_for(&["records"]).build())
        .await;
    assert_eq!(refusal, "The plugin mirror asks for `records`: grant it with --grant records");
}

#[tokio::test]
async fn what_nobody_offers_cannot_be_granted() {
    let refusal = TestRuntime::new()
        .refusal_granted(Guest::new().asking_for(&["mail"]).build(), &granting("mail"))
        .await;
    assert_eq!(refusal, "The plugin guest asks for `mail`, which contract 1.0.0 does not have");
}

#[tokio::test]
async fn what_is_imported_has_to_be_asked_for() {
    let sly = Guest::new()
        .named("sly")
        .importing("(import \"repono:plugin/records@1.0.0\" \"count\" (func (param i32 i32 i32)))")
        .task("(unreachable)")
        .build();
    let refusal = TestRuntime::new().refusal_granted(sly, &granting("records")).await;
    assert_eq!(
        refusal,
        "The plugin sly imports `records`, but its manifest does not ask for it: add it to `capabilities`"
    );
}

#[tokio::test]
async fn log_needs_no_grant() {
    let talker = Guest::new()
        .asking_for(&["log"])
        .importing(
            "(import \"repono:plugin/log@1.0.0\" \"log\" (func (param i32 i32 i32 i32 i32)))",
        )
        .build();
    assert_eq!(TestRuntime::new().load(talker).await.description().capabilities, ["log"]);
}

#[tokio::test]
async fn a_name_that_is_none_is_refused() {
    let refusal = TestRuntime::new().refusal(Guest::new().named("My Plugin").build()).await;
    assert!(
        refusal.starts_with(
            "The plugin My Plugin has a name that cannot be used: \"My Plugin\" is not a name"
        ),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_version_that_is_none_is_refused() {
    let refusal = TestRuntime::new().refusal(Guest::new().version("v1").build()).await;
    assert!(
        refusal.starts_with(
            "The plugin guest has the version \"v1\", which is not a semantic version"
        ),
        "{refusal}"
    );
}

#[tokio::test]
async fn settings_for_who_takes_none_are_refused() {
    let refusal =
        TestRuntime::new().refusal_granted(Guest::new().build(), &configured(json!({}))).await;
    assert_eq!(refusal, "The plugin guest takes no settings, but was given some");
}

#[tokio::test]
async fn settings_of_another_form_are_refused() {
    let guest =
        || Guest::new().with_settings(r#"{"properties": {"url": {"type": "string"}}}"#).build();
    let runtime = TestRuntime::new();

    let refusal = runtime.refusal_granted(guest(), &configured(json!({ "url": 3 }))).await;
    let loaded = runtime.load_granted(guest(), &configured(json!({ "url": "x" }))).await;

    assert_eq!(
        refusal,
        "The plugin guest wants other settings at /url: 3 is not of type \"string\""
    );
    assert!(loaded.is_ok());
}

#[tokio::test]
async fn settings_that_the_plugin_itself_refuses_are_told_with_its_reason() {
    let guest = Guest::new().with_settings("{}").refusing_settings().build();

    let refusal =
        TestRuntime::new().refusal_granted(guest, &configured(json!({ "url": "x" }))).await;

    assert_eq!(refusal, "The file does not take its settings: I know no such place");
}

#[tokio::test]
async fn a_part_of_a_description_that_is_wrong_is_named() {
    let of = |schema| Guest::new().json_schema(schema).schema("(unreachable)").build();
    let runtime = TestRuntime::new();

    assert_eq!(
        runtime.refusal(of("[]")).await,
        "The plugin guest describes the JSON Schema of the collection `things` with JSON that is not an object"
    );
    assert_eq!(
        runtime.refusal(of("{")).await,
        "The plugin guest describes the JSON Schema of the collection `things` with text that is not JSON: \
         EOF while parsing an object at line 1 column 1"
    );
}

#[tokio::test]
async fn a_plugin_with_more_memory_than_it_may_have_is_refused() {
    let hungry = component(
        "(component
           (core module $m (memory 1000))
           (core instance (instantiate $m))
           (instance $i) (export \"repono:plugin/manifest@1.0.0\" (instance $i)))",
    );
    let refusal = TestRuntime::new().refusal(hungry).await;
    assert_eq!(refusal, "The file starts with 62 MB of memory, a plugin may use 16 MB");
}
