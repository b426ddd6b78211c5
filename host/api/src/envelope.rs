//! What every request goes through: a number, a span, a measurement, its caller, and safe headers on the way back.
//!
//! One layer instead of eight: reading a record takes a few microseconds, and each layer would be
//! an allocation more.

use std::hash::{BuildHasher as _, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use repono_domain::Caller;
use repono_service::accounts;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::error::Failure;
use crate::extract::credential;
use crate::limit;
use crate::meter;
use crate::options::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const USER_ID: HeaderName = HeaderName::from_static("x-user-id");
/// Longer ones are not taken over: they go into every line of the log.
const MAX_REQUEST_ID: usize = 128;

/// Nothing that is answered here is a page, whatever it contains.
const SAFETY: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
];

/// Wraps every route and the fallbacks.
pub(crate) async fn envelope(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let meter = Arc::clone(&app.meter);
    let begun = meter.begin(request.method(), route);
    let span = tracing::info_span!(
        "request",
        request.id = id.to_str().unwrap_or_default(),
        http.method = request.method().as_str(),
        http.route = route,
        http.status = Empty,
    );
    let traced = traced(&app, &request, route);
    let answer = answer(app, request, next).instrument(traced.clone());
    let mut response = answer.instrument(span.clone()).await;

    let status = response.status();
    begun.answered(status);
    span.record("http.status", status.as_u16());
    traced.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        traced.record("otel.status_code", "ERROR");
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    for (name, value) in SAFETY {
        headers.entry(name).or_insert(value);
    }
    response
}

/// The request in its trace, which a caller may have begun. Probes leave none.
fn traced(app: &App, request: &Request, route: &str) -> Span {
    if route.starts_with("/health/") {
        return Span::none();
    }
    let method = meter::name(request.method());
    let span = tracing::debug_span!(
        "http.request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
    );
    if !span.is_disabled()
        && let Some(parent) = request.headers().get(TRACEPARENT)
        && let Some(parent) = parent.to_str().ok().and_then(|parent| parent.parse().ok())
    {
        app.services.traces.follow(&span, &[parent]);
    }
    span
}

async fn answer(app: App, request: Request, next: Next) -> Response {
    let secret = credential(request.headers(), request.uri());
    let caller = caller(&app, secret).await;
    let standing = match limit::subject(&app, caller.as_ref().ok(), &request) {
        Some(subject) => match limit::count(&app, subject).await {
            Ok(standing) => standing,
            Err(failure) => return failure.into_response(),
        },
        None => None,
    };
    let mut response = match caller {
        Ok(caller) => answer_to(caller, request, next).await,
        Err(failure) => failure.into_response(),
    };
    if let Some(standing) = standing {
        limit::tell(response.headers_mut(), &standing);
    }
    response
}

async fn answer_to(caller: Caller, mut request: Request, next: Next) -> Response {
    let user = caller.user();
    if caller != Caller::Anonymous {
        request.extensions_mut().insert(caller);
    }
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answer.unwrap_or_else(|_| Failure::Panicked.into_response());
    if let Some(user) = user {
        response.headers_mut().insert(USER_ID, HeaderValue::from(user.0));
    }
    response
}

async fn caller(app: &App, secret: Option<String>) -> Result<Caller, Failure> {
    let Some(secret) = secret else { return Ok(Caller::Anonymous) };
    if app.options.local_admin_secret.as_ref().is_some_and(|known| known.is(&secret)) {
        return Ok(Caller::System);
    }
    Ok(accounts::authenticate(&app.services, &secret).await?)
}

/// The client's or a proxy's, else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let fits = |id: &&HeaderValue| {
        (1..=MAX_REQUEST_ID).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
    };
    headers.get(REQUEST_ID).filter(fits).cloned().unwrap_or_else(new_request_id)
}

/// Unlike any other of this and other processes; nothing depends on its being hard to guess.
fn new_request_id() -> HeaderValue {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = STATE.hash_one(COUNT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::try_from(format!("{number:016x}")).unwrap_or(HeaderValue::from_static("0"))
}

/// Answers what takes too long. Only on routes where that is a failure.
pub(crate) async fn time_limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let most = app.options.request_timeout;
    if request.method().is_safe() {
        let answer = tokio::time::timeout(most, next.run(request)).await;
        return answer.unwrap_or_else(|_| Failure::TimedOut(most).into_response());
    }
    to_its_end(most, next.run(request)).await
}

/// Does a write that has begun to its end, though its client may leave or lose patience: between
/// what is stored and what is told about it (caches, the index) nothing must come.
async fn to_its_end<F>(most: Duration, work: F) -> Response
where
    F: Future<Output = Response> + Send + 'static,
{
    let work = tokio::spawn(work.in_current_span());
    match tokio::time::timeout(most, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Failure::Panicked.into_response(),
        Err(_) => Failure::TimedOut(most).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(id: &'static str) -> HeaderValue {
        request_id(&HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(id))]))
    }

    #[test]
    fn a_fitting_request_id_is_taken_over() {
        assert_eq!(taken("0190-abc"), "0190-abc");
        assert_eq!(taken("two words").len(), 16);
        assert_eq!(taken("").len(), 16);
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_write_is_finished_though_nobody_waits_for_it() {
        let (done, told) = tokio::sync::oneshot::channel();
        let work = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            done.send(()).unwrap();
            Response::default()
        };

        let response = to_its_end(Duration::from_millis(5), work).await;

        assert_eq!(response.status(), http::StatusCode::SERVICE_UNAVAILABLE);
        told.await.unwrap();
    }

    #[tokio::test]
    async fn a_write_that_panics_is_answered() {
        let response = to_its_end(Duration::from_secs(1), async { panic!("a bug") }).await;

        assert_eq!(response.status(), http::StatusCode::INTERNAL_SERVER_ERROR);
    }
}
