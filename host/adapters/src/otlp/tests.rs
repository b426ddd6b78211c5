use repono_service::ports::contract;
use tracing_subscriber::layer::SubscriberExt as _;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

fn options(collector: &str) -> TelemetryOptions {
    TelemetryOptions {
        collector: Url::parse(collector).unwrap(),
        ratio: 1.0,
        resource: vec![("service.name", "test".to_owned())],
    }
}

fn recorded(telemetry: &Telemetry) -> tracing::subscriber::DefaultGuard {
    tracing::subscriber::set_default(tracing_subscriber::registry().with(telemetry.layer()))
}

async fn stopped(telemetry: Telemetry) {
    tokio::task::spawn_blocking(move || telemetry.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let telemetry = Telemetry::start(&options("http://127.0.0.1:9")).unwrap();
    let _recorded = recorded(&telemetry);

    contract::traces::keeps_the_contract(telemetry.traces().as_ref());
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_are_sent_to_where_the_standard_says_with_what_authorizes() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/traces"))
        .and(header("content-type", "application/x-protobuf"))
        .and(header("authorization", "Basic YWRhOnM="))
        .respond_with(ResponseTemplate::new(200))
        .expect(1..)
        .mount(&server)
        .await;
    let address = server.uri().replace("http://", "http://ada:s@");
    let telemetry = Telemetry::start(&options(&address)).unwrap();
    {
        let _recorded = recorded(&telemetry);
        tracing::info_span!("tasks.work").in_scope(|| {});
    }

    stopped(telemetry).await;

    server.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_nothing_is_not_sent() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&server)
        .await;
    let telemetry = Telemetry::start(&options(&server.uri())).unwrap();
    {
        let _recorded = recorded(&telemetry);
        tracing::debug_span!("db.operation").in_scope(|| {});
        tracing::info_span!("request").in_scope(|| {});
        tracing::info_span!(target: "hyper", "tasks.work").in_scope(|| {});
        tracing::trace_span!("tasks.work").in_scope(|| {});
    }

    stopped(telemetry).await;

    server.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_traces_can_be_left_out() {
    let none = TelemetryOptions { ratio: 0.0, ..options("http://127.0.0.1:9") };
    let telemetry = Telemetry::start(&none).unwrap();
    let traces = telemetry.traces();
    let _recorded = recorded(&telemetry);

    let begun = tracing::info_span!("tasks.work").in_scope(|| traces.current()).unwrap();
    let brought = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();
    let span = tracing::info_span!("tasks.work");
    traces.follow(&span, &[brought]);
    let followed = span.in_scope(|| traces.current()).unwrap();

    assert_eq!(begun.flags, 0);
    assert_eq!((followed.trace, followed.flags), (brought.trace, 1));
}

#[test]
fn an_address_is_one_of_http_and_may_have_a_path() {
    let endpoint = |address: &str| endpoint(&Url::parse(address).unwrap());

    assert_eq!(endpoint("http://a:4318").unwrap().as_str(), "http://a:4318/v1/traces");
    assert_eq!(endpoint("https://a/x/v1/traces").unwrap().as_str(), "https://a/x/v1/traces");
    let refused = endpoint("grpc://a:4317").unwrap_err().to_string();
    assert!(refused.contains("begins with neither"), "{refused}");
}
