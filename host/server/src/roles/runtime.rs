//! The threads of the process, and its compiler.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};

/// Guests, searches and file work wait on such threads; idle ones end after some seconds.
const BLOCKING_THREADS: usize = 256;

/// One thread a processor, and others for what blocks.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("repono")
        .build();
    runtime.context("the threads cannot be started")
}

/// This program compiles plugins too, in a process of its own. None: where it lies cannot be told.
pub(crate) fn compiler() -> Option<Vec<OsString>> {
    // This very program, even when its file has been replaced by a newer one.
    let itself = PathBuf::from("/proc/self/exe");
    let program = if itself.exists() { itself } else { std::env::current_exe().ok()? };
    Some(vec![program.into_os_string(), "compile-plugin".into()])
}
