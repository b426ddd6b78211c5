//! What checking documents costs in the plugin's sandbox, beside the same code in this process.
//!
//! Both parse, check, compare and write documents by the SDK's own glue. The plugin is called as the
//! service calls it: through the port, in a fresh instance on a thread that may block.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use rdm::{COLLECTION, Rdm};
use repono_adapters::system::SystemClock;
use repono_sdk::glue::Export;
use repono_sdk::raw::schema::exports::repono::plugin::schema::{
    Checked as NativelyChecked, Guest as _,
};
use repono_sdk::raw::types;
use repono_service::ports::{Call, Checked, Clock as _, Doc, Grants, Plugin, PluginRuntime as _};
use repono_wasm::{WasmRuntime, WasmRuntimeConfig};
use serde_json::{Value, json};

use crate::figure::Figure;
use crate::report::Row;
use crate::rounds::rounds;
use crate::{documents, folder};

/// Documents of a batch.
const BATCH: usize = 100;
/// How often a round checks each document in each of the four ways.
const REPEATS: u32 = 20;

/// Seconds of a round, each for all its documents.
struct Round {
    batches: [f64; 2],
    singles: [f64; 2],
}

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let plugin = plugin().await?;
    let bodies =
        documents::some(BATCH)?.iter().map(|text| body(text)).collect::<Result<Vec<_>, _>>()?;
    let batch = [bodies.clone()];
    let singles: Vec<Vec<String>> = bodies.into_iter().map(|body| vec![body]).collect();
    same(plugin.as_ref(), &batch[0]).await?;

    let measured = rounds("guest", async || {
        let mut took = [Duration::ZERO; 4];
        for _ in 0..REPEATS {
            took[0] += sandboxed(plugin.as_ref(), &batch).await?;
            took[1] += natively(&batch)?;
            took[2] += sandboxed(plugin.as_ref(), &singles).await?;
            took[3] += natively(&singles)?;
        }
        let [batch, native_batch, single, native_single] = took.map(|took| took.as_secs_f64());
        Ok(Round { batches: [batch, native_batch], singles: [single, native_single] })
    })
    .await?;

    let batches: Vec<_> = measured.iter().map(|round| round.batches).collect();
    let singles: Vec<_> = measured.iter().map(|round| round.singles).collect();
    Ok(vec![
        row(
            "`check` of a batch of 100 real records in a fresh instance; each record",
            &batches,
            1.3,
        ),
        row("`check` of one real record in a fresh instance", &singles, 3.5),
    ])
}

fn row(what: &str, measured: &[[f64; 2]], most: f64) -> Row {
    let each = |seconds: f64| seconds / f64::from(REPEATS) / crate::figure::float(BATCH);
    let told = |place: usize| Figure::of(measured.iter().map(|took| each(took[place]))).micros();
    let ratio = Figure::of(measured.iter().map(|took| took[0] / took[1]));
    Row {
        what: format!("{what}; beside the same Rust code natively"),
        ours: told(0),
        beside: told(1),
        ratio: ratio.times(),
        target: format!("≤ {most} ×"),
        is_met: Some(ratio.median <= most),
    }
}

async fn plugin() -> anyhow::Result<Arc<dyn Plugin>> {
    let component = crate::root().join("target/plugins/rdm.wasm");
    let bytes = std::fs::read(&component).with_context(|| {
        format!("{} is not built: use `cargo xtask bench`", component.display())
    })?;
    let runtime = WasmRuntime::new(WasmRuntimeConfig::new(folder::scratch()?.join("guest")))?;
    Ok(runtime.load(Bytes::from(bytes), &Grants::default()).await?)
}

/// The body that `check` takes.
fn body(document: &str) -> anyhow::Result<String> {
    let document: Value = serde_json::from_str(document)?;
    let part = |name: &str| document.get(name).cloned().unwrap_or_else(|| json!({}));
    let parts = ["metadata", "custom_fields", "pids"].map(|name| (name.to_owned(), part(name)));
    Ok(Value::Object(parts.into_iter().collect()).to_string())
}

/// Time for all batches, one after the other, without what is needed to ask.
async fn sandboxed(plugin: &dyn Plugin, batches: &[Vec<String>]) -> anyhow::Result<Duration> {
    let batches: Vec<Vec<Doc>> = batches.iter().map(|bodies| to_guest(bodies)).collect();
    let call = call();
    let begun = Instant::now();
    for batch in batches {
        plugin.check(&call, COLLECTION, batch).await?;
    }
    Ok(begun.elapsed())
}

fn natively(batches: &[Vec<String>]) -> anyhow::Result<Duration> {
    let batches: Vec<Vec<types::Doc>> = batches.iter().map(|bodies| to_native(bodies)).collect();
    let begun = Instant::now();
    for batch in batches {
        check(batch)?;
    }
    Ok(begun.elapsed())
}

fn check(documents: Vec<types::Doc>) -> anyhow::Result<Vec<NativelyChecked>> {
    let checked = Export::<Rdm>::check(context(), COLLECTION.to_owned(), documents);
    checked.map_err(|failure| anyhow::anyhow!("the plugin's code fails natively: {failure:?}"))
}

/// What is compared must answer the same.
async fn same(plugin: &dyn Plugin, bodies: &[String]) -> anyhow::Result<()> {
    let guests: Vec<Checked> = plugin.check(&call(), COLLECTION, to_guest(bodies)).await?;
    let natives = check(to_native(bodies))?;
    for (guest, native) in guests.iter().zip(&natives) {
        let is_same = guest.body == native.body && guest.problems.len() == native.violations.len();
        ensure!(
            is_same,
            "the sandbox and the processor answer differently: was rdm.wasm built of other code?"
        );
    }
    Ok(())
}

fn to_guest(bodies: &[String]) -> Vec<Doc> {
    let doc = |body: &String| Doc {
        id: String::new(),
        revision: 0,
        schema_version: 1,
        body: body.clone(),
    };
    bodies.iter().map(doc).collect()
}

fn to_native(bodies: &[String]) -> Vec<types::Doc> {
    let doc = |body: &String| types::Doc {
        id: String::new(),
        revision: 0,
        schema_version: 1,
        body: body.clone(),
    };
    bodies.iter().map(doc).collect()
}

fn call() -> Call {
    Call { id: "bench".to_owned(), now: SystemClock.now(), seed: 1, deadline: None, dry_run: true }
}

fn context() -> types::CallContext {
    types::CallContext {
        call_id: "bench".to_owned(),
        traceparent: None,
        deadline_ms: 5_000,
        dry_run: true,
        now_ms: u64::try_from(SystemClock.now().as_millisecond()).unwrap_or_default(),
        seed: 1,
        ext: None,
    }
}
