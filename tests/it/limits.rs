//! How many requests one caller may make.

use harness::{Reply, TestApp};
use http::Method;
use repono_service::limits::Rate;

fn rates(rates: &[&str]) -> Vec<Rate> {
    rates.iter().map(|rate| rate.parse().unwrap()).collect()
}

async fn limited(guest: &[&str], user: &[&str]) -> TestApp {
    TestApp::with(|app| {
        app.config.limits.guest = rates(guest);
        app.config.limits.user = rates(user);
        app.config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await
}

async fn asked_from(app: &TestApp, address: &str) -> Reply {
    let headers = [("x-forwarded-for", address)];
    app.anonymous.send_with(Method::GET, "/api/records", &headers, "").await
}

#[tokio::test]
async fn a_guest_who_asks_too_often_is_told_when_to_come_again() {
    let app = limited(&["3/d", "100/d"], &[]).await;

    for left in ["2", "1", "0"] {
        let reply = asked_from(&app, "198.51.100.1").await.expect(200);
        assert_eq!(reply.header("x-ratelimit-limit"), "3");
        assert_eq!(reply.header("x-ratelimit-remaining"), left);
    }
    let refused = asked_from(&app, "198.51.100.1").await.expect(429);

    assert!(refused.json()["message"].as_str().unwrap().contains("3/d"), "{}", refused.text());
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=86_401).contains(&wait), "{wait}");
    asked_from(&app, "198.51.100.2").await.expect(200);
    app.anonymous.get("/health/ready").await.expect(200);
    app.stop().await;
}

#[tokio::test]
async fn who_has_an_account_is_counted_by_it_wherever_they_are() {
    let app = limited(&["1/d"], &["2/d"]).await;

    asked_from(&app, "198.51.100.1").await.expect(200);
    for left in ["1", "0"] {
        let reply = app.alice.get("/api/user/records").await.expect(200);
        assert_eq!(reply.header("x-ratelimit-remaining"), left);
    }
    app.alice.get("/api/user/records").await.expect(429);

    app.bob.get("/api/user/records").await.expect(200);
    app.stop().await;
}

#[tokio::test]
async fn whoever_guesses_tokens_is_a_guest() {
    let app = limited(&["2/d"], &[]).await;
    let guesser = app.anonymous.with_secret(Some("a guess"));

    guesser.get("/api/user/records").await.expect(403);
    guesser.get("/api/user/records").await.expect(403);
    guesser.get("/api/user/records").await.expect(429);

    app.alice.get("/api/user/records").await.expect(200);
    app.stop().await;
}

#[tokio::test]
async fn without_limits_nothing_is_said_of_them() {
    let app = TestApp::new().await;

    let reply = app.anonymous.get("/api/records").await.expect(200);

    assert_eq!(reply.header("x-ratelimit-limit"), "");
    app.stop().await;
}
