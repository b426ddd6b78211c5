//! Connections.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Version};
use futures::{FutureExt as _, TryFutureExt as _};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::config::ServerSection;

/// How long connections are taken when the server stops: those that wait to be taken, by then.
const BACKLOG: Duration = Duration::from_millis(20);

/// Serves until `stop` is cancelled, then waits until the requests under way have been answered.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    section: ServerSection,
    stop: CancellationToken,
) {
    let builder = builder(&section);
    let room = Arc::new(Semaphore::new(section.max_connections.max(1)));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = accept(&listener, &room) => accepted,
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                let connection =
                    connection(builder.clone(), stream, peer, router.clone(), stop.clone());
                connections.spawn(connection.inspect(move |()| drop(permit)));
            }
            // Out of file descriptors, as a rule: they come back when connections end.
            Err(error) => {
                tracing::warn!(error = %error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    // Who has connected already may have asked already.
    let refused = tokio::time::Instant::now() + BACKLOG;
    while let Ok(Ok((stream, peer, permit))) = timeout_at(refused, accept(&listener, &room)).await {
        let connection = connection(builder.clone(), stream, peer, router.clone(), stop.clone());
        connections.spawn(connection.inspect(move |()| drop(permit)));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

fn builder(section: &ServerSection) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // A head that never ends does not hold its place for ever.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(section.header_timeout());
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(30)));
    builder
}

/// How long a connection stays open on which nothing is under way when the server stops: whoever is
/// just about to ask on it is answered, and told that it ends.
const LINGER: Duration = Duration::from_millis(300);

/// One connection, to its end; once `stop` is cancelled, to the end of the request under way.
async fn connection(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    let stopping = stop.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (version, stopping) = (request.version(), stopping.clone());
        router.clone().oneshot(request).map_ok(move |mut response| {
            // HTTP/2 has a frame for that.
            if version < Version::HTTP_2 && stopping.is_cancelled() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            response
        })
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled().then(|()| tokio::time::sleep(LINGER)) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection from {peer} broke off");
    }
}
