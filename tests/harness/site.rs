//! A site of somebody else's, on the loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;

/// What it answers to a path.
#[derive(Clone, Debug)]
pub enum Page {
    /// A status, and a body.
    Answer(u16, String),
    /// To another place.
    Redirect(String),
    /// `HEAD` is answered with 405, all else with 200.
    NoHead,
    /// Nothing, ever.
    Silent,
}

/// A request that it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// `HEAD /path`
    pub what: String,
    /// Whose robot it was.
    pub agent: String,
}

/// A site with a few pages; of all others there is none.
pub struct Site {
    /// Where it is.
    pub address: SocketAddr,
    visits: Visits,
}

type Visits = Arc<Mutex<Vec<Visit>>>;
type Pages = Arc<HashMap<String, Page>>;

impl Site {
    /// One on a free port, for as long as the test runs.
    pub async fn start(pages: impl IntoIterator<Item = (&'static str, Page)>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Visits::default();
        let pages: HashMap<_, _> =
            pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect();
        let router =
            Router::new().fallback(answer).with_state((Arc::new(pages), Arc::clone(&visits)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, visits }
    }

    /// What was asked for, in its order.
    pub fn visits(&self) -> Vec<Visit> {
        self.visits.lock().unwrap().clone()
    }
}

async fn answer(
    State((pages, visits)): State<(Pages, Visits)>,
    request: Request<Body>,
) -> Response<Body> {
    let agent = request.headers().get("user-agent").and_then(|agent| agent.to_str().ok());
    visits.lock().unwrap().push(Visit {
        what: format!("{} {}", request.method(), request.uri().path()),
        agent: agent.unwrap_or_default().to_owned(),
    });
    let respond = Response::builder();
    let response = match pages.get(request.uri().path()) {
        Some(Page::Answer(status, body)) => respond.status(*status).body(body.clone().into()),
        Some(Page::Redirect(to)) => respond.status(302).header("location", to).body(Body::empty()),
        Some(Page::NoHead) if request.method() == "HEAD" => respond.status(405).body(Body::empty()),
        Some(Page::NoHead) => respond.status(200).body(Body::empty()),
        Some(Page::Silent) => std::future::pending().await,
        None => respond.status(404).body(Body::empty()),
    };
    response.unwrap()
}
