//! What is answered before the server is ready.
//!
//! The port is open as soon as possible, as a start may take long: after a crash the index is
//! compared with the database. Until then liveness is answered, readiness is denied, and everything
//! else waits a little.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::watch;

/// How long a request waits for the start.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lets requests through once `ready` is true.
pub(super) async fn gate(
    State(mut ready): State<watch::Receiver<bool>>,
    request: Request,
    next: Next,
) -> Response {
    if *ready.borrow() || request.uri().path().ends_with("/health/live") {
        return next.run(request).await;
    }
    let probe = request.uri().path().ends_with("/health/ready");
    let patience = if probe { Duration::ZERO } else { PATIENCE };
    let opened =
        matches!(tokio::time::timeout(patience, ready.wait_for(|ready| *ready)).await, Ok(Ok(_)));
    if opened { next.run(request).await } else { starting() }
}

fn starting() -> Response {
    let body = r#"{"status":503,"message":"The server is starting."}"#;
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::CONTENT_TYPE, "application/json"), (header::RETRY_AFTER, "1")],
        body,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    fn gated() -> (watch::Sender<bool>, Router) {
        let (open, ready) = watch::channel(false);
        let router =
            Router::new().fallback(get(async || "served")).layer(from_fn_with_state(ready, gate));
        (open, router)
    }

    async fn status(router: Router, path: &str) -> StatusCode {
        router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn before_the_start_is_over_the_server_lives_and_is_not_ready() {
        let (_open, router) = gated();

        assert_eq!(status(router.clone(), "/health/live").await, StatusCode::OK);
        assert_eq!(status(router, "/health/ready").await, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn other_requests_wait_for_the_start() {
        let (open, router) = gated();
        let request = tokio::spawn(async move { status(router, "/api/records").await });
        tokio::task::yield_now().await;

        open.send_replace(true);

        assert_eq!(request.await.unwrap(), StatusCode::OK);
    }
}
