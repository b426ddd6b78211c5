//! Bars on stderr, if somebody looks on.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use ureq::http::Method;

use crate::client::{Client, Sent};
use crate::failure::{Code, failure};

const BYTES: &str = "{msg} {wide_bar} {bytes}/{total_bytes}, {binary_bytes_per_sec}, {eta} left";
const BYTES_OPEN: &str = "{spinner} {msg} {bytes}, {binary_bytes_per_sec}";
const COUNT: &str = "{msg} {wide_bar} {human_pos}/{human_len}, {per_sec}, {eta} left";

/// Of bytes; without a total where none is known.
pub(super) fn bytes(total: Option<u64>) -> ProgressBar {
    let Some(total) = total else {
        let bar = ProgressBar::new_spinner().with_style(style(BYTES_OPEN));
        bar.enable_steady_tick(Duration::from_millis(200));
        return bar;
    };
    ProgressBar::new(total).with_style(style(BYTES))
}

/// Of things counted.
fn count() -> ProgressBar {
    ProgressBar::new(0).with_style(style(COUNT))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Asks for long work and shows how far it is; answers its last line.
pub(super) fn follow(client: &Client, path: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
    let bar = count();
    let mut last = Value::Null;
    for line in client.lines(Method::POST, path, sent)? {
        let line = line.inspect_err(|_| bar.finish_and_clear())?;
        let number = |pointer: &str| line.pointer(pointer).and_then(Value::as_u64);
        bar.set_length(number("/of/total").unwrap_or_default());
        bar.set_position(number("/of/done").unwrap_or_default());
        let words = ["/step", "/collection"]
            .map(|pointer| line.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
        bar.set_message(words.join(" "));
        last = line;
    }
    bar.finish_and_clear();
    match last.get("done") {
        Some(Value::Bool(true)) => Ok(last),
        _ => Err(failure(
            Code::Unavailable,
            "the server's answer broke off; look whether it is done before you try again",
        )),
    }
}
