//! The contract, against a real server, and what happens when it goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use redis::Client;
use repono_service::ports::{Cache as _, Lookup, contract};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::RedisCache;
use crate::remote_cache::tests::{self, Options, away, options};
use crate::test_service;

const SERVER: &str = "REPONO_TEST_REDIS";

async fn open(url: String, options: Options) -> RedisCache {
    RedisCache::open(&url, options).await.unwrap()
}

#[tokio::test]
async fn keeps_the_contract() {
    tests::keeps_the_contract(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn counters_keep_the_contract() {
    tests::counters_keep_the_contract(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn an_outage_is_survived() {
    away::is_survived(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn sites_with_other_prefixes_do_not_meet() {
    tests::sites_do_not_meet(&test_service::url(SERVER), open).await;
}

#[tokio::test]
async fn a_server_that_has_lost_its_scripts_learns_them_again() {
    let url = test_service::url(SERVER);
    let cache = open(url.clone(), options()).await;
    contract::cache::put(&cache, "before", "page").await;

    let mut connection =
        Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.unwrap();
    contract::cache::put(&cache, "after", "page").await;

    contract::cache::is_kept(&cache, "after", "page").await;
}

#[tokio::test]
async fn a_server_that_is_full_is_not_away() {
    let asked = Arc::new(AtomicUsize::new(0));
    let cache = open(full_server(Arc::clone(&asked)).await, options()).await;

    for times in 1..=3 {
        assert_eq!(cache.get("page").await, Lookup::Missing(None));
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

/// The URL of one that has nothing, takes nothing, and counts how often it is asked for something.
async fn full_server(asked: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (commands, mut answers) = stream.into_split();
        let mut lines = BufReader::new(commands).lines();
        // `*2`, then for each word its length and itself.
        while let Some(header) = lines.next_line().await.unwrap() {
            let words: usize = header.strip_prefix('*').unwrap().parse().unwrap();
            let mut command = Vec::new();
            for _ in 0..words {
                lines.next_line().await.unwrap();
                command.push(lines.next_line().await.unwrap().unwrap());
            }
            let answer: &[u8] = match command[0].as_str() {
                "GET" => {
                    asked.fetch_add(1, Ordering::SeqCst);
                    b"$-1\r\n"
                }
                "SET" => b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
                _ => b"+OK\r\n",
            };
            answers.write_all(answer).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_being_repeated() {
    let refused = RedisCache::open("http://user:secret@host", options()).await.err().unwrap();

    assert!(!refused.to_string().contains("secret"), "{refused}");
}
