//! The least that axum does to answer a request: what the server's reading is compared to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Path as Named, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;

use crate::folder;
use crate::process::{Process, free_address};

type Bodies = Arc<HashMap<String, Bytes>>;

/// This program, serving these files in a process of its own.
pub(crate) async fn start(bodies: &Path) -> anyhow::Result<Process> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare-axum").arg(address.to_string()).arg(bodies);
    let log = folder::scratch()?.join("bare-axum.log");
    Process::start(command, address, "/health/ready", &log).await
}

/// Serves `/api/records/{id}` for each file `{id}` of the folder, on as many threads as the server.
pub(crate) fn serve(address: SocketAddr, folder: &Path) -> anyhow::Result<()> {
    let mut bodies = HashMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        bodies.insert(name, Bytes::from(std::fs::read(entry.path())?));
    }
    let router = Router::new()
        .route("/api/records/{id}", get(answer))
        .route("/health/ready", get(async || "ready"))
        .with_state(Arc::new(bodies));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            stream.set_nodelay(true).unwrap_or_default();
        });
        Ok(axum::serve(listener, router).await?)
    })
}

async fn answer(State(bodies): State<Bodies>, Named(id): Named<String>) -> Response {
    match bodies.get(&id) {
        Some(body) => ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
