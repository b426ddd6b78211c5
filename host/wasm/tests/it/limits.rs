//! A guest that misbehaves is stopped, and its author told how.

use std::sync::Arc;
use std::time::{Duration, Instant};

use repono_service::ports::PluginFailure;

use crate::guest::Guest;
use crate::support::{TestRuntime, call, call_within, some_docs};

async fn fault(guest: Guest, documents: usize) -> String {
    let plugin = TestRuntime::new().load(guest.build()).await;
    match plugin
        .check(&call_within(Duration::from_millis(50)), "things", some_docs(documents))
        .await
    {
        Err(PluginFailure::Fault(sentence)) => sentence,
        other => panic!("no fault: {other:?}"),
    }
}

#[tokio::test]
async fn a_loop_without_end_is_stopped() {
    let sentence = fault(Guest::new().schema("(loop (br 0)) (unreachable)"), 3).await;
    assert_eq!(sentence, "ran past 50 ms in check of 3 documents");
}

#[tokio::test]
async fn the_deadline_is_kept() {
    let plugin =
        TestRuntime::new().load(Guest::new().schema("(loop (br 0)) (unreachable)").build()).await;

    let start = Instant::now();
    let failure =
        plugin.check(&call_within(Duration::from_millis(50)), "things", some_docs(1)).await;

    assert!(failure.is_err());
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(50) && took < Duration::from_millis(500), "{took:?}");
}

#[tokio::test]
async fn memory_has_a_limit() {
    let greedy =
        "(loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
    assert_eq!(
        fault(Guest::new().schema(greedy), 1).await,
        "used more than 16 MB in check of 1 document"
    );
}

#[tokio::test]
async fn a_trap_is_told_with_the_guests_last_words() {
    let mut guest = Guest::new().importing(
        "(import \"repono:plugin/log@1.0.0\" \"log\" (func $log (param i32 i32 i32 i32 i32)))",
    );
    let (at, len) = guest.text("panicked at src/lib.rs:3:1: no title");
    let guest = guest.schema(&format!("(call $log (i32.const 4) (i32.const {at}) (i32.const {len}) (i32.const 0) (i32.const 0)) (unreachable)"));
    assert_eq!(
        fault(guest, 2).await,
        "trapped (unreachable) in check of 2 documents: panicked at src/lib.rs:3:1: no title"
    );
}

#[tokio::test]
async fn a_stack_has_an_end() {
    let guest = Guest::new().schema("(call $deeper) (unreachable)");
    let sentence = fault(guest.function("(func $deeper (call $deeper) (call $deeper))"), 1).await;
    assert_eq!(sentence, "ran out of stack in check of 1 document");
}

#[tokio::test]
async fn an_answer_has_a_limit() {
    let mut guest = Guest::new();
    let huge = guest.words(&[0, 0, 100_000]);
    let guest = guest.schema(&format!("(drop (memory.grow (i32.const 64))) (i32.const {huge})"));
    assert_eq!(fault(guest, 1).await, "handed over more than 1 MB in check of 1 document");
}

#[tokio::test]
async fn a_document_without_an_answer_is_a_fault() {
    let mut guest = Guest::new();
    let empty = guest.words(&[0, 0, 0, 0, 0, 0]);
    assert_eq!(
        fault(guest.schema(&format!("(i32.const {empty})")), 2).await,
        "answered 0 times in check of 2 documents"
    );
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_a_fault() {
    let mut guest = Guest::new();
    let (at, len) = guest.text("{\"metadata\": nonsense}");
    let checked = guest.words(&[1, at, len, 0, 0]);
    let answer = guest.words(&[0, checked, 1, 0, 0, 0]);
    let sentence = fault(guest.schema(&format!("(i32.const {answer})")), 1).await;
    assert_eq!(
        sentence,
        "answered, at position 0, with text that is not JSON (expected ident at line 1 column 15) in check of 1 document"
    );
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_a_fault() {
    let mut guest = Guest::new();
    let at = guest.words(&[0xffff_ffff]);
    let checked = guest.words(&[1, at, 4, 0, 0]);
    let answer = guest.words(&[0, checked, 1, 0, 0, 0]);
    let sentence = fault(guest.schema(&format!("(i32.const {answer})")), 1).await;
    assert!(sentence.starts_with("failed (invalid utf-8"), "{sentence}");
}

#[tokio::test]
async fn a_hook_that_is_not_there_is_not_supported() {
    let plugin = TestRuntime::new().load(Guest::new().build()).await;
    let failure = plugin.check(&call(), "things", some_docs(1)).await;
    assert_eq!(failure, Err(PluginFailure::Unsupported("it has no hook `schema`".to_owned())));
}

#[tokio::test]
async fn wasi_is_there_in_name_only() {
    let sentence = fault(Guest::new().importing_wasi().schema("(call $wasi)"), 1).await;
    assert_eq!(
        sentence,
        "failed (unknown import: `wasi:cli/environment@0.2.0#count` has not been defined) in check of 1 document"
    );
}

#[tokio::test]
async fn an_instance_that_fell_does_not_hurt_the_next_call() {
    let runtime = TestRuntime::new();
    let plugin = runtime.load(Guest::new().schema("(unreachable)").build()).await;
    for _ in 0..50 {
        let failure = plugin.check(&call(), "things", some_docs(1)).await;
        assert_eq!(
            failure,
            Err(PluginFailure::Fault("trapped (unreachable) in check of 1 document".to_owned()))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_are_told_so_and_the_others_are_served() {
    let runtime = TestRuntime::with(|config| {
        config.limits.calls_per_plugin = 1;
        config.limits.waiting_per_plugin = 1;
    });
    let slow = runtime
        .load(Guest::new().named("slow").schema("(loop (br 0)) (unreachable)").build())
        .await;
    let quick = runtime.load(Guest::new().named("quick").schema("(unreachable)").build()).await;

    let calls: Vec<_> = (0..4)
        .map(|_| {
            let slow = Arc::clone(&slow);
            tokio::spawn(async move {
                slow.check(&call_within(Duration::from_millis(100)), "things", some_docs(1)).await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let start = Instant::now();
    let served = quick.check(&call(), "things", some_docs(1)).await;
    let took = start.elapsed();
    let mut busy = 0;
    for call in calls {
        busy += usize::from(call.await.unwrap() == Err(PluginFailure::Busy));
    }

    assert!(matches!(served, Err(PluginFailure::Fault(_))));
    assert!(took < Duration::from_millis(80), "{took:?}");
    assert_eq!(busy, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_waits_for_is_stopped() {
    let runtime = TestRuntime::with(|config| config.limits.calls_per_plugin = 1);
    let plugin = runtime.load(Guest::new().schema("(loop (br 0)) (unreachable)").build()).await;

    let patient = call_within(Duration::from_mins(1));
    let forgotten = tokio::time::timeout(
        Duration::from_millis(20),
        plugin.check(&patient, "things", some_docs(1)),
    );
    assert!(forgotten.await.is_err());
    let next = plugin.check(&call_within(Duration::from_millis(10)), "things", some_docs(1)).await;

    assert_eq!(next, Err(PluginFailure::Fault("ran past 10 ms in check of 1 document".to_owned())));
}
