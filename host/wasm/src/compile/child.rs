//! A compiler in a process of its own: what it does to time and memory stays there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use repono_service::ports::Refusal;
use tokio::process::Command;
use tokio::time::timeout;

/// Begins the names of folders in which compilers work.
pub(super) const COMPILING: &str = "compile-";

/// The command that compiles.
pub(crate) struct Child {
    program: OsString,
    arguments: Vec<OsString>,
    limit: Duration,
    /// For input and output.
    folder: PathBuf,
}

impl Child {
    /// None for a command without a program.
    pub(crate) fn new(command: &[OsString], folder: &Path, limit: Duration) -> Option<Self> {
        let (program, arguments) = command.split_first()?;
        Some(Self {
            program: program.clone(),
            arguments: arguments.to_vec(),
            limit,
            folder: folder.to_owned(),
        })
    }

    pub(super) async fn compile(&self, bytes: &Bytes) -> Result<Arc<[u8]>, Refusal> {
        // Of the mode 0700.
        let folder = tempfile::Builder::new()
            .prefix(COMPILING)
            .tempdir_in(&self.folder)
            .map_err(|error| failed(&error))?;
        let (input, output) =
            (folder.path().join("plugin.wasm"), folder.path().join("plugin.cwasm"));
        tokio::fs::write(&input, bytes).await.map_err(|error| failed(&error))?;

        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args([&input, &output])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| failed(&error))?;
        match timeout(self.limit, child.wait_with_output()).await {
            Err(_) => {
                Err(Refusal(format!("takes more than {} s to compile", self.limit.as_secs())))
            }
            Ok(Err(error)) => Err(failed(&error)),
            Ok(Ok(ended)) if !ended.status.success() => Err(refused(&ended)),
            Ok(Ok(_)) => {
                tokio::fs::read(&output).await.map(Arc::from).map_err(|error| failed(&error))
            }
        }
    }
}

fn failed(error: &std::io::Error) -> Refusal {
    Refusal(format!("cannot be compiled, as the compiler does not run: {error}"))
}

/// A compiler that ran out of memory has no last words but the allocator's.
fn refused(ended: &Output) -> Refusal {
    let words = String::from_utf8_lossy(&ended.stderr);
    let words = words.trim();
    Refusal(match ended.status.code() {
        Some(_) if !words.is_empty() => format!("cannot be compiled: {}", last(words)),
        Some(code) => format!("cannot be compiled: the compiler ended with status {code}"),
        None => format!(
            "cannot be compiled: the compiler was killed ({}): {}",
            ended.status,
            last(words)
        ),
    })
}

fn last(words: &str) -> &str {
    const KEPT_BYTES: usize = 2000;
    let start = words.len().saturating_sub(KEPT_BYTES);
    words.get(words.ceil_char_boundary(start)..).unwrap_or_default()
}
