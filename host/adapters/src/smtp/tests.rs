use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use repono_service::Kind;
use repono_service::ports::contract::HeldClock;
use repono_service::ports::{Mail, Mailer as _};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::{Smtp, SmtpOptions};
use crate::test_tls;

fn options() -> SmtpOptions {
    SmtpOptions {
        from: "Repono <repono@example.org>".to_owned(),
        timeout: Duration::from_secs(5),
        certificates: None,
    }
}

fn open(url: &str, options: &SmtpOptions) -> Smtp {
    Smtp::open(url, options, Arc::new(HeldClock::new())).unwrap()
}

fn mail() -> Mail {
    Mail {
        id: "one".to_owned(),
        to: "reader@example.org".to_owned(),
        subject: "Greetings".to_owned(),
        text: "Text".to_owned(),
        html: None,
    }
}

/// A mail server that says what it is told to.
struct Scripted {
    port: u16,
    /// What it heard, line by line.
    heard: Arc<Mutex<Vec<String>>>,
    folder: tempfile::TempDir,
}

#[derive(Clone, Copy, Default)]
struct Script {
    /// TLS from the beginning.
    secure: bool,
    /// Answers the line that begins with the first by the second.
    answer: Option<(&'static str, &'static str)>,
}

impl Scripted {
    async fn start(script: Script) -> Self {
        let (acceptor, authority) = test_tls::localhost();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.pem"), authority).unwrap();
        let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        tokio::spawn({
            let heard = Arc::clone(&heard);
            async move {
                while let Ok((connection, _)) = listener.accept().await {
                    let talked = if script.secure {
                        match acceptor.accept(connection).await {
                            Ok(connection) => talk(connection, script, &heard).await,
                            Err(error) => Err(error),
                        }
                    } else {
                        talk(connection, script, &heard).await
                    };
                    drop(talked);
                }
            }
        });
        Self { port, heard, folder }
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Whether any line began so.
    fn heard(&self, begin: &str) -> bool {
        self.heard.lock().unwrap().iter().any(|line| line.starts_with(begin))
    }
}

async fn talk(
    connection: impl AsyncRead + AsyncWrite + Unpin,
    script: Script,
    heard: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut connection = BufReader::new(connection);
    connection.write_all(b"220 localhost ESMTP\r\n").await?;
    let mut in_letter = false;
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        heard.lock().unwrap().push(line.to_owned());
        if in_letter && line != "." {
            continue;
        }
        in_letter = line == "DATA";
        let scripted = script.answer.filter(|(begin, _)| line.starts_with(begin));
        let answer = match (scripted, line.split(' ').next().unwrap_or_default()) {
            (Some((_, answer)), _) => answer,
            (None, "EHLO") => "250-localhost\r\n250 AUTH PLAIN LOGIN",
            (None, "AUTH") => "235 welcome",
            (None, "DATA") => "354 go on",
            (None, _) => "250 fine",
        };
        connection.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

#[tokio::test]
async fn what_is_not_taken_now_may_be_sent_again_and_what_never_will_may_not() {
    for (answer, kind) in [
        (("RCPT", "451 4.7.1 greylisted, come again"), Kind::Unavailable),
        (("MAIL", "421 4.3.2 closing"), Kind::Unavailable),
        ((".", "452 4.3.1 no room"), Kind::Unavailable),
        (("RCPT", "550 5.1.1 no such person"), Kind::Invalid),
        ((".", "554 5.7.1 not wanted"), Kind::Invalid),
        (("EHLO", "gibberish"), Kind::Unavailable),
    ] {
        let server = Scripted::start(Script { answer: Some(answer), secure: false }).await;
        let smtp = open(&format!("smtp://localhost:{}?tls=none", server.port), &options());

        let refused = smtp.send(&mail()).await.unwrap_err();

        assert_eq!(refused.kind(), kind, "{answer:?}: {}", refused.told());
        if kind == Kind::Invalid {
            assert!(refused.to_string().contains(&answer.1[4..9]), "{answer:?}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_nothing_is_told_in_time() {
    let silent = TcpListener::bind(("localhost", 0)).await.unwrap();
    let silent = silent.local_addr().unwrap().port();
    let options = SmtpOptions { timeout: Duration::from_millis(200), ..options() };

    for port in [silent, 9] {
        let smtp = open(&format!("smtp://localhost:{port}?tls=none"), &options);
        let refused = smtp.send(&mail()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Unavailable, "{}", refused.told());
    }
}

#[tokio::test]
async fn over_tls_a_certificate_counts_that_somebody_vouches_for() {
    let server = Scripted::start(Script { secure: true, answer: None }).await;
    let url = format!("smtps://us%2Fer:s%E2%82%ACcret@localhost:{}", server.port);
    let trusting = SmtpOptions { certificates: Some(server.authority()), ..options() };

    let refused = open(&url, &options()).send(&mail()).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Unavailable, "{}", refused.told());
    assert!(!server.heard("EHLO"), "nothing is said to whom nobody vouches for");
    open(&url, &trusting).send(&mail()).await.unwrap();

    assert!(server.heard("AUTH PLAIN") && server.heard("Subject: Greetings"));
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_unless_that_is_asked_for() {
    let server = Scripted::start(Script::default()).await;
    let smtp = open(&format!("smtp://user:secret@localhost:{}", server.port), &options());

    let refused = smtp.send(&mail()).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Unavailable, "{}", refused.told());
    assert!(!server.heard("AUTH") && !server.heard("MAIL"));
}

#[tokio::test]
async fn a_url_that_is_wrong_is_told_without_its_password() {
    for url in [
        "smtp://user:topsecret@localhost?tls=none",
        "smtp://localhost?tls=maybe",
        "http://user:topsecret@localhost",
        "smtp:///nowhere",
        "localhost:topsecret",
        "topsecret",
    ] {
        let refused = Smtp::open(url, &options(), Arc::new(HeldClock::new())).err().unwrap();
        assert_eq!(refused.kind(), Kind::Invalid, "{url}");
        let told = refused.told();
        assert!(told.contains("mail server") && !told.contains("topsecret"), "{url}: {told}");
    }
}

#[cfg(feature = "services")]
mod services {
    use repono_service::ports::contract::mailer;
    use reqwest::Method;
    use serde::Deserialize;
    use url::Url;

    use super::*;
    use crate::{http_client, test_service};

    /// How long a site's mail server may keep a letter that was not taken at once.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// Where the site's mail server hands letters on to.
    struct Sink(Url);

    #[derive(Deserialize)]
    struct Seen {
        to: Vec<String>,
        subject: String,
        message_id: String,
        text: String,
        html: Option<String>,
    }

    impl Sink {
        fn new() -> Self {
            Self(test_service::url("REPONO_TEST_MAILSINK").parse().unwrap())
        }

        async fn ask(&self, method: Method, path: &str) -> reqwest::Response {
            let client = http_client::builder(false, None).unwrap().build().unwrap();
            client.request(method, self.0.join(path).unwrap()).send().await.unwrap()
        }

        /// The letters with this id, once there is one.
        async fn seen(&self, id: &str) -> Vec<Mail> {
            let begun = tokio::time::Instant::now();
            while begun.elapsed() < PATIENCE {
                let all = self.ask(Method::GET, "/messages").await.bytes().await.unwrap();
                let all: Vec<Seen> = serde_json::from_slice(&all).unwrap();
                let message_id = format!("<{id}@example.org>");
                let seen = all.into_iter().filter(|seen| seen.message_id == message_id);
                let seen: Vec<_> = seen.map(|seen| as_mail(id, seen)).collect();
                if !seen.is_empty() {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("the letter {id} did not arrive");
        }
    }

    fn as_mail(id: &str, seen: Seen) -> Mail {
        let lines = |text: String| text.replace("\r\n", "\n");
        Mail {
            id: id.to_owned(),
            to: seen.to.concat(),
            subject: seen.subject,
            text: lines(seen.text).trim_end().to_owned(),
            html: seen.html.map(lines),
        }
    }

    fn exim() -> Smtp {
        open(&format!("{}?tls=none", test_service::url("REPONO_TEST_SMTP")), &options())
    }

    #[tokio::test]
    async fn by_way_of_exim_letters_arrive_even_if_nobody_takes_them_at_first() {
        let (sink, smtp) = (Sink::new(), exim());
        sink.ask(Method::DELETE, "/messages").await;
        mailer::keeps_the_contract(&smtp, async |mail| sink.seen(&mail.id).await).await;

        // The same run, as what the sink answers is everybody's.
        sink.ask(Method::PUT, "/mode/tempfail").await;
        let id = format!("late-{:016x}", rand::random::<u64>());
        let late = Mail { id: id.clone(), ..mail() };
        let sent = smtp.send(&late).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        sink.ask(Method::PUT, "/mode/accept").await;

        sent.unwrap();
        assert_eq!(sink.seen(&id).await, [late]);
    }
}
