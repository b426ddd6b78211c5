//! A client of HTTP/1.1 that does little besides: what the load takes of the processors, the servers
//! do not get.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A connection that is kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, whole.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: Cow<'a, [u8]>,
}

/// The bytes of a request.
pub(crate) fn request(method: &str, path: &str, token: Option<&str>, body: Body<'_>) -> Vec<u8> {
    let mut lines = vec![format!("{method} {path} HTTP/1.1"), "host: localhost".to_owned()];
    lines.extend(token.map(|token| format!("authorization: Bearer {token}")));
    let (kind, bytes) = match body {
        Body::Nothing => ("", &[][..]),
        Body::Json(bytes) => ("application/json", bytes),
        Body::Lines(bytes) => ("application/x-ndjson", bytes),
        Body::Wasm(bytes) => ("application/wasm", bytes),
    };
    if !kind.is_empty() {
        lines.push(format!("content-type: {kind}"));
    }
    if method != "GET" {
        lines.push(format!("content-length: {}", bytes.len()));
    }
    let mut request = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
    request.extend_from_slice(bytes);
    request
}

/// What is sent with a request.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    Nothing,
    Json(&'a [u8]),
    Lines(&'a [u8]),
    Wasm(&'a [u8]),
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1_024) })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        timeout(PATIENCE, self.exchange(request)).await.context("no answer in time")?
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let body = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let head = std::str::from_utf8(&self.buffer[..body]).context("the head is not text")?;
        let status = head.get(9..12).and_then(|status| status.parse().ok()).context("no status")?;
        match framing(head)? {
            Framing::Length(length) => {
                while self.buffer.len() < body + length {
                    self.fill().await?;
                }
                Ok(Answer { status, body: Cow::Borrowed(&self.buffer[body..body + length]) })
            }
            Framing::Chunked => {
                let body = self.chunks(body).await?;
                Ok(Answer { status, body: Cow::Owned(body) })
            }
        }
    }

    async fn chunks(&mut self, from: usize) -> anyhow::Result<Vec<u8>> {
        let mut at = from;
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.buffer[at..], b"\r\n") {
                    break at..at + end;
                }
                self.fill().await?;
            };
            let size = std::str::from_utf8(&self.buffer[line.clone()])?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default(), 16)?;
            let chunk = line.end + 2..line.end + 2 + size;
            while self.buffer.len() < chunk.end + 2 {
                self.fill().await?;
            }
            body.extend_from_slice(&self.buffer[chunk.clone()]);
            if size == 0 {
                return Ok(body);
            }
            at = chunk.end + 2;
        }
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}

enum Framing {
    Length(usize),
    Chunked,
}

fn framing(head: &str) -> anyhow::Result<Framing> {
    let mut length = 0;
    for line in head.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(Framing::Chunked);
        }
    }
    Ok(Framing::Length(length))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// One request on a connection of its own; an answer of another status is an error.
pub(crate) async fn once(
    address: SocketAddr,
    request: &[u8],
    expected: u16,
) -> anyhow::Result<Vec<u8>> {
    let mut connection = Connection::open(address).await?;
    let Answer { status, body } = connection.send(request).await?;
    if status != expected {
        bail!("the server answered {status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(body.into_owned())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// Asks a server that answers every request with these bytes.
    async fn ask(answer: &'static [u8]) -> (u16, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1_024];
            let read = stream.read(&mut asked).await.unwrap();
            assert!(asked[..read].starts_with(b"GET /x HTTP/1.1\r\n"));
            stream.write_all(answer).await.unwrap();
        });
        let mut connection = Connection::open(address).await.unwrap();
        let request = request("GET", "/x", None, Body::Nothing);
        let Answer { status, body } = connection.send(&request).await.unwrap();
        let told = (status, String::from_utf8_lossy(&body).into_owned());
        server.await.unwrap();
        told
    }

    #[tokio::test]
    async fn bodies_are_read_by_their_length() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";

        assert_eq!(ask(answer).await, (201, "{}".to_owned()));
    }

    #[tokio::test]
    async fn bodies_are_read_in_chunks() {
        let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\nA\r\n two three\r\n0\r\n\r\n";

        assert_eq!(ask(answer).await, (200, "one two three".to_owned()));
    }
}
