//! Certificates are verified, and names and passwords checked.

use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use repono_service::{Error, Kind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::opensearch::{OpenSearch, SearchOptions};
use crate::test_tls;

const USER: &str = "repono";
const PASSWORD: &str = "s€cret:9";

/// A server for `localhost`, with a certificate of an authority that nobody knows.
struct Secure {
    port: u16,
    authority: PathBuf,
    folder: tempfile::TempDir,
}

/// What stands behind it, once a name and password were right.
#[derive(Clone)]
enum Behind {
    /// Says that it is a cluster, and nothing else.
    Sketch,
    /// A real cluster at this address.
    #[cfg(feature = "services")]
    Cluster(String),
}

impl Secure {
    async fn start(behind: Behind) -> Self {
        let (acceptor, authority) = test_tls::localhost();
        let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let Ok(connection) = acceptor.accept(connection).await else { return };
                    drop(serve(connection, behind).await);
                });
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authority.pem");
        std::fs::write(&file, authority).unwrap();
        Self { port, authority: file, folder }
    }

    fn options(&self) -> SearchOptions {
        SearchOptions {
            username: Some(USER.to_owned()),
            password: Some(PASSWORD.to_owned()),
            certificates: Some(self.authority.clone()),
            ..SearchOptions::new(format!("https://localhost:{}", self.port))
        }
    }
}

/// A client sends the same name and password with all requests of a connection: its first is looked at.
async fn serve(
    mut client: tokio_rustls::server::TlsStream<TcpStream>,
    behind: Behind,
) -> std::io::Result<()> {
    let mut asked = Vec::new();
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 4 << 10];
        match client.read(&mut part).await? {
            0 => return Ok(()),
            count => asked.extend_from_slice(&part[..count]),
        }
    }
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")));
    if !String::from_utf8_lossy(&asked).contains(&expected) {
        let refusal = "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\ncontent-length: 12\r\nconnection: close\r\n\r\nUnauthorized";
        client.write_all(refusal.as_bytes()).await?;
        return client.shutdown().await;
    }
    match behind {
        Behind::Sketch => {
            let body = r#"{"version":{"number":"2.19.6","distribution":"opensearch"}}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            client.write_all(format!("{head}{body}").as_bytes()).await
        }
        #[cfg(feature = "services")]
        Behind::Cluster(address) => {
            let mut cluster = TcpStream::connect(address).await?;
            cluster.write_all(&asked).await?;
            tokio::io::copy_bidirectional(&mut client, &mut cluster).await.map(drop)
        }
    }
}

/// What an operator reads.
async fn refused(options: &SearchOptions) -> String {
    let error = OpenSearch::connect(options).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Unavailable);
    match error {
        Error::Unavailable { source, .. } => source.to_string(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_until_the_operator_does() {
    let server = Secure::start(Behind::Sketch).await;
    let trusting = server.options();
    assert_eq!(OpenSearch::connect(&trusting).await.unwrap().engine(), "OpenSearch 2.19.6");

    let stranger = refused(&SearchOptions { certificates: None, ..trusting.clone() }).await;
    assert!(stranger.contains("certificate of https://localhost"), "{stranger}");
    assert!(stranger.contains("search.certificates"), "{stranger}");

    let other = Secure::start(Behind::Sketch).await;
    let another = SearchOptions { certificates: Some(other.authority), ..trusting.clone() };
    assert!(refused(&another).await.contains("search.certificates"), "another authority");

    let urls = vec![format!("https://127.0.0.1:{}", server.port)];
    let elsewhere = refused(&SearchOptions { urls, ..trusting }).await;
    assert!(
        elsewhere.contains("certificate of https://127.0.0.1"),
        "for another name: {elsewhere}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_repeated() {
    let server = Secure::start(Behind::Sketch).await;
    let wrong = "hidden-and-wrong".to_owned();

    let told = refused(&SearchOptions { password: Some(wrong.clone()), ..server.options() }).await;

    assert!(told.contains("search.password_file"), "{told}");
    assert!(!told.contains(&wrong), "{told}");
}

#[tokio::test]
async fn a_file_without_certificates_is_told_by_its_name() {
    let server = Secure::start(Behind::Sketch).await;
    let empty = server.folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for path in [empty, server.folder.path().join("absent.pem")] {
        let options = SearchOptions { certificates: Some(path.clone()), ..server.options() };

        let refused = OpenSearch::connect(&options).await.err().unwrap().to_string();

        assert!(refused.contains(&path.display().to_string()), "{refused}");
    }
}

#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_cluster_behind_tls_and_a_password_keeps_the_contract() {
    let url = reqwest::Url::parse(&crate::test_service::url("REPONO_TEST_SEARCH")).unwrap();
    let address = format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap());
    let server = Secure::start(Behind::Cluster(address)).await;
    let options = SearchOptions { replicas: 0, ..server.options() };
    let options = SearchOptions { prefix: super::service::options().prefix, ..options };

    let wrong = SearchOptions { password: Some("guessed".to_owned()), ..options.clone() };
    assert!(refused(&wrong).await.contains("search.password_file"));
    let unknown = SearchOptions { certificates: None, ..options.clone() };
    assert!(refused(&unknown).await.contains("search.certificates"));
    let backend = OpenSearch::connect(&options).await.unwrap();
    repono_service::ports::contract::search::keeps_the_contract(&backend).await.unwrap();
}
