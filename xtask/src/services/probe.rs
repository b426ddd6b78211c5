//! Asking a server what it is, which is also how one knows that it is ready.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// More than a busy machine needs; what takes longer is asked again.
const WAIT: Duration = Duration::from_secs(5);
/// More than any answer.
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// Whether nobody listens there.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind(address(port)).is_ok()
}

/// Sends `question`, and reads until `find` finds something in the answer.
pub(super) fn ask<T>(
    port: u16,
    question: &[u8],
    find: impl Fn(&[u8]) -> Option<T>,
) -> anyhow::Result<T> {
    let mut stream = TcpStream::connect_timeout(&address(port), WAIT)
        .with_context(|| format!("nothing listens on port {port}"))?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.write_all(question)?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while answer.len() < MAX_ANSWER_BYTES {
        let read = stream.read(&mut buffer).context("no answer came")?;
        answer.extend_from_slice(&buffer[..read]);
        if let Some(found) = find(&answer) {
            return Ok(found);
        }
        if read == 0 {
            break;
        }
    }
    let start: Vec<_> = answer.iter().copied().take(200).collect();
    bail!("the answer on port {port} is {:?}", String::from_utf8_lossy(&start))
}

/// The body of a page that is answered with 200.
pub(super) fn page(port: u16, path: &str) -> anyhow::Result<String> {
    // 1.0, so that the body is not cut into chunks and ends with the connection.
    let question = format!("GET {path} HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n");
    ask(port, question.as_bytes(), |answer| {
        let (head, body) = std::str::from_utf8(answer).ok()?.split_once("\r\n\r\n")?;
        let is_ok = head.split_whitespace().nth(1) == Some("200");
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        (is_ok && length == Some(body.len())).then(|| body.to_owned())
    })
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
