//! What the tests of all brokers share.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use repono_service::ports::contract::broker::{Abilities, publish, receive};
use repono_service::ports::contract::{HeldClock, broker, queue};
use repono_service::ports::{Broker, Notice, contract};
use repono_service::tasks::Brokered;
use tokio::time::{Instant, sleep};

use super::BrokerOptions;
use crate::sql::Sqlite;
use crate::test_proxy::{Proxy, Way};

/// With names that no other test has.
pub(crate) fn options() -> BrokerOptions {
    BrokerOptions::sample(&format!("t-{:016x}-", rand::random::<u64>()))
}

/// The suite.
pub(crate) async fn keeps_the_contract<B: Broker + 'static>(
    open: impl Fn() -> B,
    abilities: Abilities,
) {
    let open = async || Arc::new(open()) as Arc<dyn Broker>;
    let BrokerOptions { visibility, deliveries, .. } = options();
    broker::keeps_the_contract(open, abilities, visibility, deliveries).await;
}

/// The suite of queues, of one that works with the broker.
pub(crate) async fn brings_tasks_to_workers(broker: impl Broker + 'static) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    let database = Arc::new(Sqlite::open(folder.path(), clock.clone()).await.unwrap());
    let silence = SignedDuration::from_secs(1);
    let brokered = Brokered::new(database.clone(), Arc::new(broker), clock.clone(), silence);

    queue::of_queue(&*database, &brokered, &clock, Duration::from_millis(1500)).await;
}

/// A line that is cut, or falls silent, loses nothing and recovers by itself.
pub(crate) async fn survives_bad_lines<B: Broker>(
    url: &str,
    open: impl Fn(&str, BrokerOptions) -> B,
) -> Vec<String> {
    let mut prefixes = Vec::new();
    for way in [Way::Cut, Way::Silent] {
        let options = BrokerOptions { timeout: Duration::from_secs(2), ..options() };
        prefixes.push(options.prefix.clone());
        let (proxy, through) = through_proxy(url, way).await;
        let away = open(&through, options.clone());
        assert!(away.ping().await.is_err(), "{way:?}: it is not there at the start");
        proxy.set(Way::Open);
        until_it_answers(&away).await;
        let near = open(url, options);
        let queue = "lines".to_owned();
        let held = publish(&near, &queue).await;
        assert_eq!(receive(&away, &queue).await.task, held.task);

        proxy.set(way);
        let begun = Instant::now();
        let refused = away.publish(&[Notice { ..held.clone() }]).await;
        assert!(refused.is_err(), "{way:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{way:?}: {:?}", begun.elapsed());

        // What it had is another's, sooner or later.
        let again = receive(&near, &queue).await;
        assert_eq!(again.task, held.task, "{way:?}");
        near.acknowledge(&[again]).await.unwrap();
        // One that is handed out to would have what comes next.
        drop(near);
        proxy.set(Way::Open);
        until_it_answers(&away).await;
        let fresh = publish(&away, &queue).await;
        loop {
            let delivery = receive(&away, &queue).await;
            away.acknowledge(std::slice::from_ref(&delivery)).await.unwrap();
            // What was published in vain may have arrived all the same.
            if delivery.task == fresh.task {
                break;
            }
        }
    }
    prefixes
}

async fn until_it_answers(broker: &dyn Broker) {
    let begun = Instant::now();
    while broker.ping().await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come back");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn through_proxy(url: &str, way: Way) -> (Proxy, String) {
    let mut through = url::Url::parse(url).unwrap();
    let server = format!("{}:{}", through.host_str().unwrap(), through.port().unwrap());
    let proxy = Proxy::to(&server, way).await;
    let (host, port) = proxy.address.split_once(':').unwrap();
    through.set_host(Some(host)).unwrap();
    through.set_port(Some(port.parse().unwrap())).unwrap();
    (proxy, through.into())
}

/// A broker that has lost everything is told again.
pub(crate) async fn is_refilled(
    broker: impl Broker + 'static,
    lose_everything: impl AsyncFn(&str),
) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(HeldClock::new()));
    let database = Arc::new(Sqlite::open(folder.path(), clock.clone()).await.unwrap());
    let silence = SignedDuration::from_secs(5);
    let brokered = Brokered::new(database.clone(), Arc::new(broker), clock.clone(), silence);
    let lose = async |queue: &str| lose_everything(queue).await;

    contract::queue::what_is_lost_is_told_again(&*database, &brokered, &clock, lose).await;
}
