//! A receiver of webhooks that takes them, or fails in any way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a receiver does with what it hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Answers with this status, and a body.
    Status(u16, &'static str),
    /// Sends on to there.
    Redirect(String),
    /// Says nothing.
    Hang,
    /// Ends the connection in the middle of its answer.
    Cut,
    /// Answers in another protocol.
    Malformed,
    /// Says that it has it, with an answer that does not end.
    Huge,
    /// Ends the connection at once.
    Refuse,
}

/// What a receiver heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: String,
    /// In which manner it was answered.
    pub manner: Manner,
}

impl Heard {
    /// A header; fails the test if it is not there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        &found.unwrap_or_else(|| panic!("no {name} in {self:?}")).1
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }
}

/// A receiver on a port of its own.
pub struct Receiver {
    /// Where it is.
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    manner: Arc<Mutex<Manner>>,
}

impl Receiver {
    /// One that takes what it is told.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let manner = Arc::new(Mutex::new(Manner::Status(204, "")));
        tokio::spawn({
            let (heard, manner) = (Arc::clone(&heard), Arc::clone(&manner));
            async move {
                while let Ok((connection, _)) = listener.accept().await {
                    tokio::spawn(serve(connection, Arc::clone(&heard), Arc::clone(&manner)));
                }
            }
        });
        Self { url, heard, manner }
    }

    /// From now on it does so.
    pub fn becomes(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// All that it has heard.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// All that it has heard, once that is so much.
    pub async fn hears(&self, count: usize) -> Vec<Heard> {
        for _ in 0..1200 {
            let heard = self.heard();
            if heard.len() >= count {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("half a minute was not enough to hear {count} messages: {:?}", self.heard());
    }
}

/// One message on each connection.
async fn serve(
    mut connection: TcpStream,
    heard: Arc<Mutex<Vec<Heard>>>,
    manner: Arc<Mutex<Manner>>,
) -> Option<()> {
    if *manner.lock().unwrap() == Manner::Refuse {
        return None;
    }
    let (headers, body) = message(&mut connection).await?;
    let manner = manner.lock().unwrap().clone();
    heard.lock().unwrap().push(Heard { headers, body, manner: manner.clone() });
    let answer = match manner {
        Manner::Status(status, body) => whole(status, "", body),
        Manner::Redirect(to) => whole(307, &format!("location: {to}\r\n"), ""),
        Manner::Hang => std::future::pending().await,
        Manner::Cut => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nnot all".to_owned(),
        Manner::Malformed => "220 mail.example.org ESMTP\r\n".to_owned(),
        Manner::Huge => {
            format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n{}", "x".repeat(1 << 20))
        }
        Manner::Refuse => return None,
    };
    connection.write_all(answer.as_bytes()).await.ok()
}

fn whole(status: u16, headers: &str, body: &str) -> String {
    let length =
        if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    format!("HTTP/1.1 {status} So\r\n{headers}{length}connection: close\r\n\r\n{body}")
}

async fn message(connection: &mut TcpStream) -> Option<(Vec<(String, String)>, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lines = head.lines().skip(1).filter_map(|line| line.split_once(": "));
            let headers: Vec<_> =
                lines.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            if length.is_some_and(|(_, length)| length.parse() == Ok(body.len())) {
                return Some((headers, body.to_owned()));
            }
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
