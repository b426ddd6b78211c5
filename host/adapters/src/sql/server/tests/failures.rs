//! Servers that are slow, gone, or in the way of each other.

use std::error::Error as _;
use std::time::{Duration, Instant};

use futures::future::join_all;
use repono_service::ports::{Change, Records as _, Transactions as _};
use repono_service::{Error, Kind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::{Scene, Server, ServerOptions, Tested, on_tables};
use crate::sql::Sql;
use crate::sql::samples::publication;

const SOON: Duration = Duration::from_secs(2);

pub(in crate::sql) async fn a_refused_password_is_told_and_not_shown<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let wrong = scene.with(|url| url.set_password(Some("hunter2")).unwrap());

        let error = connect(scene, &wrong).await;

        assert_eq!(error.kind(), Kind::Unavailable);
        let told = format!("{error} {error:?} {:?}", error.source());
        assert!(told.contains("it refuses the user or the password of the URL"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    })
    .await;
}

/// Whether it speaks in clear only, or shows a certificate that nobody vouches for.
pub(in crate::sql) async fn a_server_that_cannot_be_verified_is_refused<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let verified = scene.with(|url| {
            url.query_pairs_mut().clear().append_pair("ssl-mode", V::VERIFIED);
        });

        let error = connect(scene, &verified).await;

        assert_eq!(error.kind(), Kind::Unavailable);
        let told = error.source().unwrap().to_string();
        assert!(told.contains("no secure connection can be made"), "{told}");
    })
    .await;
}

pub(in crate::sql) async fn a_server_that_never_answers_is_told_in_time<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = silent.local_addr().unwrap().port();
        let options = ServerOptions {
            acquire_timeout: SOON,
            ..scene.with(|url| url.set_port(Some(port)).unwrap())
        };

        let begun = Instant::now();
        let connecting = connect(scene, &options).await;
        let migrating = Sql::<Server<V>>::migrate(&options).await.unwrap_err();

        assert_eq!((connecting.kind(), migrating.kind()), (Kind::Unavailable, Kind::Unavailable));
        assert!(begun.elapsed() < SOON * 3, "{:?}", begun.elapsed());
    })
    .await;
}

pub(in crate::sql) async fn a_server_that_is_not_there_is_told_in_time<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = nobody.local_addr().unwrap().port();
        drop(nobody);
        let options = ServerOptions {
            acquire_timeout: SOON,
            ..scene.with(|url| url.set_port(Some(port)).unwrap())
        };

        let begun = Instant::now();
        let error = connect(scene, &options).await;

        assert_eq!(error.kind(), Kind::Unavailable, "{error:?}");
        assert!(begun.elapsed() < SOON * 2, "{:?}", begun.elapsed());
    })
    .await;
}

pub(in crate::sql) async fn who_waits_for_others_too_long_is_told_in_time<V: Tested>(
    variable: &str,
) {
    on_tables::<V>(variable, async |scene| {
        let options = ServerOptions { answer_timeout: SOON, ..scene.options.clone() };
        let database = Sql::<Server<V>>::connect(&options, scene.clock.clone()).await.unwrap();
        let (_, changes) = publication(1);
        let work = match &changes[0] {
            Change::InsertParent(parent) => parent.id,
            other => panic!("{other:?}"),
        };
        database.write(changes).await.unwrap();
        let mut holder = scene.connection().await;
        V::execute(&mut holder, "begin").await;
        V::execute(&mut holder, "update parents set revision = revision").await;

        let begun = Instant::now();
        let refused = database.write(vec![move_versions(work)]).await.unwrap_err();

        assert_eq!(refused.kind(), Kind::Unavailable, "{refused:?}");
        assert!(begun.elapsed() < SOON * 2, "{:?}", begun.elapsed());
        V::execute(&mut holder, "rollback").await;
        database.write(vec![move_versions(work)]).await.unwrap();
    })
    .await;
}

pub(in crate::sql) async fn connections_that_died_unused_are_replaced<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let database = scene.open().await;
        let mut other = scene.connection().await;
        for round in 0..5 {
            // Several connections lie in the pool, none of them idle for long.
            let pings = (0..8).map(|_| database.ping());
            assert!(join_all(pings).await.iter().all(Result::is_ok));
            V::end_others(&mut other).await;

            let (id, changes) = publication(round);
            database.write(changes).await.unwrap();
            V::end_others(&mut other).await;
            assert!(database.stored(&[id]).await.unwrap()[0].record.is_some());
        }
    })
    .await;
}

pub(in crate::sql) async fn a_line_cut_at_any_point_stores_all_or_nothing<V: Tested>(
    variable: &str,
) {
    on_tables::<V>(variable, async |scene| {
        let line = Line::to(scene).await;
        let options = line.options(scene);
        let through = Sql::<Server<V>>::connect(&options, scene.clock.clone()).await.unwrap();
        let beside = scene.open().await;

        // One that may go to the server as a whole, and one that cannot.
        for works in [1, 2] {
            let mut lost = 0;
            for number in 1.. {
                let (ids, changes): (Vec<_>, Vec<_>) =
                    (0..works).map(|work| publication(works * 1000 + number * 2 + work)).unzip();
                line.flow.send_replace(Flow::CutAfter(number));
                let written = through.write(changes.into_iter().flatten().collect()).await;
                line.flow.send_replace(Flow::Open);

                let stored = beside.stored(&ids).await.unwrap();
                let stored = stored.iter().filter(|stored| stored.record.is_some()).count();
                assert!(stored == 0 || stored == ids.len(), "all or nothing");
                let Err(error) = written else {
                    assert_eq!(stored, ids.len(), "what was acknowledged is there");
                    break;
                };
                lost += 1;
                assert_eq!(error.kind(), Kind::Unavailable, "{error:?}");
                let told = format!("{error:?}");
                assert!(stored == 0 || told.contains("is not known"), "{told}");
            }
            assert!(lost > 0, "the line was never cut");
        }
    })
    .await;
}

pub(in crate::sql) async fn a_line_that_falls_silent_is_told_in_time_and_recovers<V: Tested>(
    variable: &str,
) {
    on_tables::<V>(variable, async |scene| {
        let line = Line::to(scene).await;
        let options = ServerOptions {
            acquire_timeout: SOON,
            answer_timeout: SOON,
            connections: 2,
            ..line.options(scene)
        };
        let database = Sql::<Server<V>>::connect(&options, scene.clock.clone()).await.unwrap();
        database.write(publication(1).1).await.unwrap();

        line.flow.send_replace(Flow::Silent);
        let begun = Instant::now();
        // More than there are connections.
        let writes = (2..8).map(|number| database.write(publication(number).1));
        let reads = (0..6).map(|_| database.ping());
        let (written, read) = futures::join!(join_all(writes), join_all(reads));

        let refused = written.into_iter().map(Result::unwrap_err);
        let refused = refused.chain(read.into_iter().map(Result::unwrap_err));
        for error in refused {
            assert_eq!(error.kind(), Kind::Unavailable, "{error:?}");
        }
        assert!(begun.elapsed() < SOON * 3, "{:?}", begun.elapsed());
        line.flow.send_replace(Flow::Open);
        let (id, changes) = publication(9);
        database.write(changes).await.unwrap();
        assert!(database.stored(&[id]).await.unwrap()[0].record.is_some());
    })
    .await;
}

pub(in crate::sql) async fn a_closed_database_refuses<V: Tested>(variable: &str) {
    on_tables::<V>(variable, async |scene| {
        let database = scene.open().await;
        let (id, changes) = publication(1);
        database.write(changes).await.unwrap();

        database.close().await;

        let refused = database.write(publication(2).1).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Unavailable);
        assert_eq!(database.stored(&[id]).await.unwrap_err().kind(), Kind::Unavailable);
        assert_eq!(database.ping().await.unwrap_err().kind(), Kind::Unavailable);
    })
    .await;
}

fn move_versions(work: repono_domain::RecordId) -> Change {
    let (from, to) = ((Some(1), 1), (Some(1), 1));
    Change::MoveVersions { parent: work, from, to, pids: serde_json::Map::new() }
}

async fn connect<V: Tested>(scene: &Scene<V>, options: &ServerOptions) -> Error {
    Sql::<Server<V>>::connect(options, scene.clock.clone()).await.err().unwrap()
}

/// A line to the server that can be cut.
struct Line {
    port: u16,
    flow: watch::Sender<Flow>,
}

/// How the server's answers come through, in pieces as they arrive, on all connections together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Open,
    /// So many more, and then every connection is cut.
    CutAfter(u64),
    Silent,
}

impl Line {
    async fn to<V: Tested>(scene: &Scene<V>) -> Self {
        let url = url::Url::parse(&scene.options.url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let flow = watch::Sender::new(Flow::Open);
        let line = Self { port, flow: flow.clone() };
        drop(tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                drop(tokio::spawn(carry(client, server, flow.clone())));
            }
        }));
        line
    }

    fn options<V: Tested>(&self, scene: &Scene<V>) -> ServerOptions {
        scene.with(|url| {
            url.set_host(Some("127.0.0.1")).unwrap();
            url.set_port(Some(self.port)).unwrap();
            // Pieces of the server's answers are counted.
            url.query_pairs_mut().append_pair("ssl-mode", V::IN_CLEAR);
        })
    }
}

async fn carry(client: TcpStream, server: TcpStream, flow: watch::Sender<Flow>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = tokio::spawn(async move {
        drop(tokio::io::copy(&mut from_client, &mut to_server).await);
    });
    let mut changes = flow.subscribe();
    let mut piece = vec![0; 65_536];
    while let Ok(length @ 1..) = from_server.read(&mut piece).await {
        changes.wait_for(|flow| *flow != Flow::Silent).await.unwrap();
        let mut cut = false;
        flow.send_modify(|flow| {
            if let Flow::CutAfter(left) = flow {
                cut = *left == 0;
                *left = left.saturating_sub(1);
            }
        });
        if cut || to_client.write_all(&piece[..length]).await.is_err() {
            break;
        }
    }
    asking.abort();
}
