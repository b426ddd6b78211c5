//! Many clients at once.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use crate::client::Connection;
use crate::figure::{float, rate};

/// Clients of every load that is not paced.
pub(crate) const CLIENTS: usize = 8;

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) took: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
    pub(crate) failures: usize,
}

impl Outcome {
    pub(crate) fn requests(&self) -> usize {
        self.latencies.len()
    }

    pub(crate) fn rate(&self) -> f64 {
        rate(self.latencies.len(), self.took)
    }

    /// Seconds that this share of the requests took at most.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = float(self.latencies.len().saturating_sub(1));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in the list"
        )]
        let place = (last * share).round() as usize;
        self.latencies.get(place).map_or(f64::NAN, Duration::as_secs_f64)
    }
}

/// When a load ends.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// Each request was sent once.
    Sent,
    /// Requests are sent over and over for so long.
    Elapsed(Duration),
}

/// Sends requests over [`CLIENTS`] connections, each the next as soon as its last is answered.
///
/// # Errors
/// An answer of another status than `expected`.
pub(crate) async fn closed(
    address: SocketAddr,
    requests: &[Vec<u8>],
    expected: u16,
    until: Until,
) -> anyhow::Result<Outcome> {
    closed_with(address, requests, expected, until, |_| {}).await
}

/// As [`closed`], and shows the body of each answer.
pub(crate) async fn closed_with(
    address: SocketAddr,
    requests: &[Vec<u8>],
    expected: u16,
    until: Until,
    each: impl Fn(&[u8]),
) -> anyhow::Result<Outcome> {
    ensure!(!requests.is_empty(), "there is nothing to send");
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(Connection::open(address).await?);
    }
    let next = Cell::new(0_usize);
    let latencies = RefCell::new(Vec::new());
    let begun = Instant::now();
    let take = || {
        let place = next.replace(next.get() + 1);
        match until {
            Until::Sent => requests.get(place),
            Until::Elapsed(time) if begun.elapsed() >= time => None,
            Until::Elapsed(_) => requests.get(place % requests.len()),
        }
    };
    let client = async |mut connection: Connection| -> anyhow::Result<()> {
        while let Some(request) = take() {
            let sent = Instant::now();
            let answer = connection.send(request).await?;
            latencies.borrow_mut().push(sent.elapsed());
            if answer.status != expected {
                let body = String::from_utf8_lossy(&answer.body);
                anyhow::bail!("an answer is {} instead of {expected}: {body}", answer.status);
            }
            each(&answer.body);
        }
        Ok(())
    };
    let mut clients: FuturesUnordered<_> = connections.into_iter().map(client).collect();
    while let Some(ended) = clients.next().await {
        ended?;
    }
    drop(clients);
    Ok(outcome(begun.elapsed(), latencies.into_inner(), 0))
}

/// Connections of a paced load: enough that one slow answer keeps no other waiting.
const PACED: usize = 32;

/// A request, and the status that is no failure.
pub(crate) struct Paced {
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: u16,
}

/// Sends request number n at n times `every`, whatever became of those before, until `is_over` or
/// `limit` has passed. A request that has to wait for a connection is measured from when it was due.
pub(crate) async fn paced(
    address: SocketAddr,
    every: Duration,
    request: impl Fn(u32) -> Paced,
    is_over: impl Fn() -> bool,
    limit: Duration,
) -> anyhow::Result<Outcome> {
    let next = Cell::new(0_u32);
    let failures = Cell::new(0_usize);
    let latencies = RefCell::new(Vec::new());
    let begun = Instant::now();
    let client = async || -> anyhow::Result<()> {
        let mut connection = Connection::open(address).await.context("no connection at first")?;
        while begun.elapsed() < limit && !is_over() {
            let number = next.replace(next.get() + 1);
            let due = begun + every * number;
            let is_late = Instant::now() > due;
            sleep_until(due).await;
            let sent = if is_late { due } else { Instant::now() };
            let Paced { bytes, expected } = request(number);
            match connection.send(&bytes).await {
                Ok(answer) if answer.status == expected => {}
                Ok(answer) => {
                    let body = String::from_utf8_lossy(&answer.body);
                    crate::report::say(&format!(
                        "request {number} failed: {} {body}",
                        answer.status
                    ));
                    failures.set(failures.get() + 1);
                }
                Err(error) => {
                    crate::report::say(&format!("request {number} failed: {error:#}"));
                    failures.set(failures.get() + 1);
                    connection = Connection::open(address).await.context("no connection again")?;
                }
            }
            latencies.borrow_mut().push(sent.elapsed());
        }
        Ok(())
    };
    let mut clients: FuturesUnordered<_> = (0..PACED).map(|_| client()).collect();
    while let Some(ended) = clients.next().await {
        ended?;
    }
    drop(clients);
    Ok(outcome(begun.elapsed(), latencies.into_inner(), failures.get()))
}

fn outcome(took: Duration, mut latencies: Vec<Duration>, failures: usize) -> Outcome {
    latencies.sort_unstable();
    Outcome { took, latencies, failures }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers everything it reads.
    async fn server() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut asked = [0; 1_024];
                    while stream.read(&mut asked).await.is_ok_and(|read| read > 0) {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                        stream.write_all(answer).await.unwrap();
                    }
                });
            }
        });
        address
    }

    #[tokio::test]
    async fn every_request_is_sent_once() {
        let requests = vec![b"GET".to_vec(); 100];
        let answered = Cell::new(0);
        let each = |_: &[u8]| answered.set(answered.get() + 1);

        let outcome = closed_with(server().await, &requests, 200, Until::Sent, each).await.unwrap();

        assert_eq!((outcome.requests(), answered.get()), (100, 100));
        assert!(closed(server().await, &requests, 201, Until::Sent).await.is_err());
    }

    #[tokio::test]
    async fn a_paced_load_keeps_its_pace_and_counts_what_failed() {
        let every = Duration::from_millis(5);
        let request = |number: u32| {
            let expected = if number.is_multiple_of(10) { 201 } else { 200 };
            Paced { bytes: b"GET".to_vec(), expected }
        };

        let limit = Duration::from_millis(500);
        let outcome = paced(server().await, every, request, || false, limit).await.unwrap();

        let requests = outcome.requests();
        assert!((32..=140).contains(&requests), "{requests}");
        assert_eq!(outcome.failures, requests.div_ceil(10));
    }

    #[test]
    fn a_quantile_is_a_place_in_the_order() {
        let latencies = (1..=101).rev().map(Duration::from_secs).collect();

        let outcome = outcome(Duration::from_secs(1), latencies, 0);

        assert_eq!((outcome.quantile(0.5), outcome.quantile(0.99)), (51.0, 100.0));
    }
}
