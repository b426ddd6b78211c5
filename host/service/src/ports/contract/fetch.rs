//! [`crate::ports::Fetcher`]: an answer comes as it is, within limits, and nothing else happens.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::ports::{
    FetchBounds, FetchFailure, FetchRequest, FetchResponse, FetchTarget, Fetched, Fetcher, Reach,
};

const BYTES: usize = 10_000;
const BOUNDS: FetchBounds = FetchBounds { bytes: BYTES, timeout: Duration::from_secs(20) };

/// Runs the whole suite against a server of its own on the loopback.
pub async fn keeps_the_contract(fetcher: &dyn Fetcher) {
    let server = Server::start().await;
    an_answer_comes_as_it_is(fetcher, &server).await;
    a_request_is_sent_as_it_is(fetcher, &server).await;
    an_answer_without_a_body_is_one(fetcher, &server).await;
    a_redirection_is_not_followed(fetcher, &server).await;
    an_answer_too_large_is_refused(fetcher, &server).await;
    an_answer_that_does_not_end_is_given_up(fetcher, &server).await;
    an_answer_that_breaks_off_is_none(fetcher, &server).await;
    a_host_that_is_not_there_is_told(fetcher).await;
    an_address_that_is_not_public_is_refused(fetcher, &server).await;
}

async fn an_answer_comes_as_it_is(fetcher: &dyn Fetcher, server: &Server) {
    let answer = fetch(fetcher, server, "GET", "/whole").await.unwrap();

    assert_eq!((answer.status, answer.body.as_slice()), (200, b"whole".as_slice()));
    assert_eq!(header(&answer, "x-kind"), Some("whole"));
}

async fn a_request_is_sent_as_it_is(fetcher: &dyn Fetcher, server: &Server) {
    let request = FetchRequest {
        method: "POST".to_owned(),
        headers: vec![("x-asked".to_owned(), "one".to_owned())],
        body: b"body".to_vec(),
        ..FetchRequest::default()
    };

    let answer = fetcher.fetch(&server.target("/echo?q=%20"), request, BOUNDS).await.unwrap();

    let echoed = String::from_utf8(answer.body).unwrap().to_lowercase();
    assert!(echoed.starts_with("post /echo?q=%20 http/1.1\r\n"), "{echoed}");
    assert!(echoed.contains("\r\nx-asked: one\r\n"), "{echoed}");
    assert!(echoed.ends_with("\r\n\r\nbody"), "{echoed}");
}

async fn an_answer_without_a_body_is_one(fetcher: &dyn Fetcher, server: &Server) {
    let missing = fetch(fetcher, server, "HEAD", "/missing").await.unwrap();

    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

async fn a_redirection_is_not_followed(fetcher: &dyn Fetcher, server: &Server) {
    let before = server.requests();

    let answer = fetch(fetcher, server, "GET", "/moved").await.unwrap();

    assert_eq!((answer.status, header(&answer, "location")), (302, Some("/whole")));
    assert_eq!(server.requests(), before + 1);
}

async fn an_answer_too_large_is_refused(fetcher: &dyn Fetcher, server: &Server) {
    for path in ["/large", "/endless"] {
        let refused = fetch(fetcher, server, "GET", path).await;

        assert_eq!(refused, Err(FetchFailure::TooLarge(BYTES)), "{path}");
    }
}

async fn an_answer_that_does_not_end_is_given_up(fetcher: &dyn Fetcher, server: &Server) {
    let bounds = FetchBounds { timeout: Duration::from_millis(200), ..BOUNDS };

    for path in ["/silent", "/stalled"] {
        let refused = fetcher.fetch(&server.target(path), request("GET"), bounds).await;

        assert_eq!(refused, Err(FetchFailure::TimedOut(bounds.timeout)), "{path}");
    }
}

async fn an_answer_that_breaks_off_is_none(fetcher: &dyn Fetcher, server: &Server) {
    for path in ["/cut", "/nonsense"] {
        let failed = fetch(fetcher, server, "GET", path).await;

        assert!(matches!(failed, Err(FetchFailure::Unreachable(_))), "{path}: {failed:?}");
    }
}

async fn a_host_that_is_not_there_is_told(fetcher: &dyn Fetcher) {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

    for host in [gone.to_string(), "nobody.invalid".to_owned()] {
        let url = format!("http://{host}/").parse().unwrap();
        let target = FetchTarget { url, reach: Reach::Anywhere };
        let failed = fetcher.fetch(&target, request("GET"), BOUNDS).await;

        assert!(matches!(failed, Err(FetchFailure::Unreachable(_))), "{host}: {failed:?}");
    }
}

async fn an_address_that_is_not_public_is_refused(fetcher: &dyn Fetcher, server: &Server) {
    let before = server.requests();
    let target = FetchTarget { reach: Reach::Public, ..server.target("/whole") };

    let refused = fetcher.fetch(&target, request("GET"), BOUNDS).await;

    assert!(matches!(refused, Err(FetchFailure::NotPublic(_))), "{refused:?}");
    assert_eq!(server.requests(), before);
}

async fn fetch(fetcher: &dyn Fetcher, server: &Server, method: &str, path: &str) -> Fetched {
    fetcher.fetch(&server.target(path), request(method), BOUNDS).await
}

fn request(method: &str) -> FetchRequest {
    FetchRequest { method: method.to_owned(), ..FetchRequest::default() }
}

fn header<'a>(answer: &'a FetchResponse, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|(found, _)| found == name);
    found.map(|(_, value)| value.as_str())
}

/// A server on the loopback that answers each path in a way of its own.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    requests: Arc<AtomicU64>,
    serving: AbortHandle,
}

impl Server {
    /// One on a free port, until it is dropped.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&requests);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream));
            }
        });
        Self { address, requests, serving: serving.abort_handle() }
    }

    /// How many requests came: each comes on a connection of its own.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    fn target(&self, path: &str) -> FetchTarget {
        let url = format!("http://{}{path}", self.address).parse().unwrap();
        FetchTarget { url, reach: Reach::Anywhere }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Whoever asks may be gone at any time.
async fn answer(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let begin = head.len();
        stream.read_line(&mut head).await?;
        let line = head[begin..].to_ascii_lowercase();
        if let Some(told) = line.strip_prefix("content-length:") {
            length = told.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let path = head.split([' ', '?']).nth(1).unwrap_or_default().to_owned();

    let whole = |status: &str, headers: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )
    };
    let begun = |length: &str| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{length}\r\nbegun");
    let text = match path.as_str() {
        "/whole" => whole("200 OK", "X-Kind: whole\r\n", "whole"),
        "/echo" => whole("200 OK", "", &format!("{head}{}", String::from_utf8_lossy(&body))),
        "/moved" => whole("302 Found", "location: /whole\r\n", ""),
        "/large" => whole("200 OK", "", &"x".repeat(BYTES + 1)),
        "/nonsense" => "SSH-2.0-OpenSSH\r\n".to_owned(),
        "/endless" | "/silent" => String::new(),
        "/stalled" | "/cut" => begun("content-length: 100\r\n"),
        _ => "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 7\r\n\r\n".to_owned(),
    };
    stream.write_all(text.as_bytes()).await?;
    match path.as_str() {
        "/silent" | "/stalled" => std::future::pending().await,
        "/endless" => {
            stream.write_all(begun("").as_bytes()).await?;
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
            }
        }
        _ => stream.shutdown().await,
    }
}
