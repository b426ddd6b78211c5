//! The contract, and what no suite can know: names, addresses, and TLS.

use repono_service::ports::contract::fetch;

use super::*;

const BOUNDS: FetchBounds = FetchBounds { bytes: 1 << 16, timeout: Duration::from_secs(5) };

fn to(url: &str, reach: Reach) -> FetchTarget {
    FetchTarget { url: url.parse().unwrap(), reach }
}

fn get() -> FetchRequest {
    FetchRequest { method: "GET".to_owned(), ..FetchRequest::default() }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    fetch::keeps_the_contract(&Web::new().unwrap()).await;
}

#[tokio::test]
async fn what_is_for_the_public_web_does_not_come_to_this_machine() {
    let server = fetch::Server::start().await;
    let web = Web::new().unwrap();
    let port = server.address.port();

    for host in [
        "127.0.0.1",
        // By way of a name.
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0",
    ] {
        let url = format!("http://{host}:{port}/whole");
        let refused = web.fetch(&to(&url, Reach::Public), get(), BOUNDS).await;
        assert!(matches!(refused, Err(FetchFailure::NotPublic(_))), "{host}: {refused:?}");
    }

    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_name_that_leads_here_is_reached_where_it_is_allowed() {
    let server = fetch::Server::start().await;
    let url = format!("http://localhost:{}/whole", server.address.port());

    let answer = Web::new().unwrap().fetch(&to(&url, Reach::Anywhere), get(), BOUNDS).await;

    assert_eq!(answer.unwrap().status, 200);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (acceptor, _) = crate::test_tls::localhost();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(acceptor.accept(stream).await);
        }
    });

    let refused = Web::new().unwrap().fetch(&to(&url, Reach::Anywhere), get(), BOUNDS).await;

    let Err(FetchFailure::Unreachable(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("certificate"), "{why}");
}

#[tokio::test]
async fn what_cannot_be_written_into_a_request_is_refused() {
    let target = to("http://192.0.2.1/", Reach::Anywhere);
    let with_header = |name: &str, value: &str| FetchRequest {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..get()
    };

    for request in [
        FetchRequest { method: "GET / HTTP/1.1".to_owned(), ..get() },
        with_header("a b", "c"),
        with_header("accept", "a\r\nhost: evil.example"),
    ] {
        let refused = Web::new().unwrap().fetch(&target, request, BOUNDS).await;
        assert!(matches!(refused, Err(FetchFailure::Invalid(_))), "{refused:?}");
    }
}
