//! What was compiled once is found again, and a compiler is a process that may fail.

use std::fs;
use std::time::Duration;

use repono_service::ports::{Grants, PluginRuntime as _};
use repono_wasm::{WasmRuntime, WasmRuntimeConfig};

use crate::guest::Guest;
use crate::support::{TestRuntime, compiler};

fn shell(script: &str) -> impl FnOnce(&mut WasmRuntimeConfig) {
    let command = ["/bin/sh", "-c", script].map(Into::into).to_vec();
    |config| config.compiler = Some(command)
}

/// The runtime that comes after `runtime`, with a compiler that does not work.
fn next(runtime: &TestRuntime) -> WasmRuntime {
    let mut config = WasmRuntimeConfig::new(runtime.folder.path().join("compiled"));
    config.limits.calls = 4;
    shell("echo 'I was asked to compile' >&2; exit 1")(&mut config);
    WasmRuntime::new(config).unwrap()
}

async fn load(runtime: &WasmRuntime, component: Vec<u8>) -> Result<String, String> {
    let loaded = runtime.load(component.into(), &Grants::default()).await;
    loaded.map(|plugin| plugin.description().name.to_string()).map_err(|refusal| refusal.0)
}

#[tokio::test]
async fn a_plugin_is_compiled_once() {
    let runtime = TestRuntime::new();
    runtime.load(Guest::new().build()).await;

    let found = load(&next(&runtime), Guest::new().build()).await;
    let other = load(&next(&runtime), Guest::new().named("other").build()).await;

    assert_eq!(found.as_deref(), Ok("guest"));
    assert_eq!(other, Err("The file cannot be compiled: I was asked to compile".to_owned()));
}

#[tokio::test]
async fn code_that_somebody_changed_is_compiled_anew() {
    let runtime = TestRuntime::new();
    runtime.load(Guest::new().build()).await;
    for entry in fs::read_dir(runtime.folder.path().join("compiled")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            let mut code = fs::read(&path).unwrap();
            *code.last_mut().unwrap() ^= 1;
            fs::write(&path, code).unwrap();
        }
    }

    let asked = load(&next(&runtime), Guest::new().build()).await;

    assert_eq!(asked, Err("The file cannot be compiled: I was asked to compile".to_owned()));
}

#[tokio::test]
async fn a_process_of_its_own_compiles() {
    let runtime = TestRuntime::with(|config| config.compiler = Some(vec![compiler().into()]));
    let plugin = runtime.load(Guest::new().build()).await;
    assert_eq!(plugin.description().name.as_str(), "guest");
}

#[tokio::test]
async fn what_the_compiler_says_is_passed_on() {
    let runtime = TestRuntime::with(|config| config.compiler = Some(vec![compiler().into()]));
    let mut wrong = Guest::new().schema("(unreachable)").build();
    let code = wrong.windows(3).position(|bytes| bytes == [0x00, 0x00, 0x0b]).unwrap();
    wrong[code + 1] = 0x1a;

    let refusal = runtime.refusal(wrong).await;

    assert!(refusal.starts_with("The file cannot be compiled: "), "{refusal}");
    assert!(refusal.contains("type mismatch"), "{refusal}");
}

#[tokio::test]
async fn a_compiler_that_does_not_end_is_killed() {
    let runtime = TestRuntime::with(|config| {
        shell("sleep 60")(config);
        config.limits.compile = Duration::from_millis(100);
    });
    assert_eq!(
        runtime.refusal(Guest::new().build()).await,
        "The file takes more than 0 s to compile"
    );
}

#[tokio::test]
async fn a_compiler_that_is_killed_is_told_so() {
    let refusal = TestRuntime::with(shell("kill -9 $$")).refusal(Guest::new().build()).await;
    assert!(
        refusal.starts_with("The file cannot be compiled: the compiler was killed (signal: 9"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_compiler_that_is_not_there_is_told_so() {
    let refusal =
        TestRuntime::with(|config| config.compiler = Some(vec!["/nowhere/repono".into()]))
            .refusal(Guest::new().build())
            .await;
    assert_eq!(
        refusal,
        "The file cannot be compiled, as the compiler does not run: No such file or directory (os error 2)"
    );
}
