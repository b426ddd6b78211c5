use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use repono_service::Kind;
use repono_service::ports::{Receivers as _, WebhookMessage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{HttpReceivers, READ, ReceiverOptions};

fn receivers(trusted: &[&str]) -> HttpReceivers {
    let trusted = trusted.iter().map(|host| (*host).to_owned()).collect::<BTreeSet<_>>();
    let timeout = Duration::from_secs(5);
    HttpReceivers::new(&ReceiverOptions { trusted, timeout, certificates: None }).unwrap()
}

fn message(url: &str) -> WebhookMessage {
    WebhookMessage {
        url: url.to_owned(),
        headers: vec![("webhook-id", "one".to_owned())],
        body: r#"{"type":"test"}"#.to_owned(),
    }
}

/// Answers so, and ends the connection, or keeps it.
struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    async fn start(answer: Vec<u8>, stays: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        tokio::spawn({
            let heard = Arc::clone(&heard);
            async move {
                let mut kept = Vec::new();
                while let Ok((mut connection, _)) = listener.accept().await {
                    let mut bytes = [0; 4096];
                    while !heard.lock().unwrap().ends_with(b"}") {
                        let read = connection.read(&mut bytes).await.unwrap_or_default();
                        if read == 0 {
                            break;
                        }
                        heard.lock().unwrap().extend_from_slice(&bytes[..read]);
                    }
                    // Whoever has heard enough may have gone.
                    let _ = connection.write_all(&answer).await.ok();
                    if stays {
                        kept.push(connection);
                    }
                }
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn a_message_arrives_whole_and_is_answered() {
    let server = Server::start(ok("thank you"), false).await;
    let url = format!("http://127.0.0.1:{}/hook?a=b", server.port);

    let answer = receivers(&["127.0.0.1"]).post(&message(&url)).await.unwrap();

    assert_eq!((answer.status, answer.body.as_str()), (200, "thank you"));
    let heard = server.heard();
    assert!(heard.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{heard}");
    for part in ["webhook-id: one\r\n", "content-type: application/json\r\n", "user-agent: repono/"]
    {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    assert!(heard.ends_with("\r\n\r\n{\"type\":\"test\"}"), "{heard}");
}

#[tokio::test]
async fn a_host_that_is_at_home_is_not_spoken_to_by_whatever_name() {
    let server = Server::start(ok(""), false).await;
    let port = server.port;
    for url in [
        format!("https://127.0.0.1:{port}"),
        format!("https://127.1:{port}"),
        format!("https://2130706433:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[fe80::1]".to_owned(),
        // Only what the name leads to tells.
        format!("https://localhost:{port}"),
        format!("https://LOCALHOST:{port}"),
    ] {
        let refused = receivers(&["localhost.example.org"]).post(&message(&url)).await.unwrap_err();

        assert_eq!(refused.kind(), Kind::Invalid, "{url}: {}", refused.told());
        let told = refused.to_string();
        assert!(
            told.contains("not on the public network") && told.contains("trusted_hosts"),
            "{told}"
        );
    }
    assert_eq!(server.heard(), "");
}

#[tokio::test]
async fn a_name_is_looked_at_where_it_is_connected_to() {
    let server = Server::start(ok("home"), false).await;
    let url = format!("http://localhost:{}", server.port);
    let receivers = receivers(&["localhost"]);

    receivers.check(&url).unwrap();
    let answer = receivers.post(&message(&url)).await.unwrap();

    assert_eq!(answer.body, "home", "the operator trusts it");
}

#[test]
fn a_url_that_is_wrong_is_told_without_its_password() {
    for (url, why) in [
        ("http://receiver.example.org", "trusted_hosts"),
        ("ftp://receiver.example.org", "neither"),
        ("https://user:topsecret@receiver.example.org", "signed instead"),
        ("receiver.example.org/topsecret", "cannot be read"),
        ("mailto:topsecret@example.org", "no host"),
        ("https://", "cannot be read"),
        ("https://10.0.0.1", "not on the public network"),
    ] {
        let refused = receivers(&["127.0.0.1"]).check(url).unwrap_err();

        assert_eq!(refused.kind(), Kind::Invalid, "{url}");
        let told = refused.to_string();
        assert!(told.contains(why) && !told.contains("topsecret"), "{url}: {told}");
    }
    receivers(&[]).check("https://receiver.example.org/hook").unwrap();
}

#[tokio::test]
async fn a_redirection_is_an_answer_and_leads_nowhere() {
    let home = Server::start(ok("secret"), false).await;
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{}/\r\ncontent-length: 0\r\n\r\n",
        home.port
    );
    let server = Server::start(redirect.into_bytes(), false).await;
    let url = format!("http://127.0.0.1:{}", server.port);

    let answer = receivers(&["127.0.0.1"]).post(&message(&url)).await.unwrap();

    assert_eq!((answer.status, answer.body.as_str()), (307, ""));
    assert_eq!(home.heard(), "");
}

#[tokio::test]
async fn of_a_huge_answer_the_beginning_is_read() {
    for head in ["content-length: 100000000", "transfer-encoding: chunked"] {
        let chunk = if head.starts_with('t') { "10000\r\n" } else { "" };
        let body = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{chunk}{}", "ä".repeat(100_000));
        let server = Server::start(body.into_bytes(), true).await;
        let url = format!("http://127.0.0.1:{}", server.port);

        let answer = receivers(&["127.0.0.1"]).post(&message(&url)).await.unwrap();

        assert_eq!(answer.status, 200);
        assert!(
            answer.body.len() <= READ && answer.body.starts_with("ää"),
            "{}",
            answer.body.len()
        );
    }
}

#[tokio::test]
async fn what_is_no_answer_is_told_as_none() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ncut",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999 What\r\n\r\n",
        b"\0\xff\xfe",
    ] {
        let server = Server::start(answer.to_vec(), false).await;
        let url = format!("http://127.0.0.1:{}/topsecret", server.port);

        let refused = receivers(&["127.0.0.1"]).post(&message(&url)).await.unwrap_err();

        assert_eq!(refused.kind(), Kind::Unavailable, "{answer:?}");
        assert!(!refused.told().contains("topsecret"), "{}", refused.told());
    }
}

#[tokio::test]
async fn a_receiver_that_says_nothing_or_is_not_there_is_told_in_time() {
    let silent = Server::start(Vec::new(), true).await;
    let slow =
        Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow".to_vec(), true).await;
    let receivers =
        HttpReceivers { timeout: Duration::from_millis(200), ..receivers(&["127.0.0.1"]) };

    for port in [silent.port, slow.port, 9] {
        let url = format!("http://127.0.0.1:{port}");
        let refused = receivers.post(&message(&url)).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Unavailable, "{}", refused.told());
    }
}
