//! Certificates are verified.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use repono_service::Kind;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::opensearch::{OpenSearch, SearchOptions};

/// A server with a certificate of its own making for `localhost`. Returns its port, and the certificate.
async fn secure_cluster() -> (u16, String) {
    let names = vec!["localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let body = r#"{"version":{"number":"2.19.6","distribution":"opensearch"}}"#;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            let mut request = [0; 1_024];
            if connection.read(&mut request).await.is_ok() {
                drop(connection.write_all(answer.as_bytes()).await);
            }
        }
    });
    (port, cert.pem())
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_until_the_operator_does() {
    let (port, certificate) = secure_cluster().await;
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    std::fs::write(&trusted, certificate).unwrap();
    let options = SearchOptions::new(format!("https://localhost:{port}"));

    let refused = OpenSearch::connect(&options).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Unavailable);

    let trusting = SearchOptions { certificates: Some(trusted), ..options };
    assert_eq!(OpenSearch::connect(&trusting).await.unwrap().engine(), "OpenSearch 2.19.6");

    let elsewhere = SearchOptions { urls: vec![format!("https://127.0.0.1:{port}")], ..trusting };
    let refused = OpenSearch::connect(&elsewhere).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Unavailable, "the certificate is for another name");
}

#[tokio::test]
async fn a_file_without_certificates_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for path in [empty, folder.path().join("absent.pem")] {
        let options = SearchOptions {
            certificates: Some(path.clone()),
            ..SearchOptions::new("https://localhost:1")
        };

        let refused = OpenSearch::connect(&options).await.err().unwrap().to_string();

        assert!(refused.contains(&path.display().to_string()), "{refused}");
    }
}
