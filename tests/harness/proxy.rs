//! What stands between a server and a service, and fails when a test says so.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// What becomes of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// They pass.
    Passes,
    /// Connections are refused, and those that are open are cut.
    Refused,
    /// Connections are taken and nothing is ever said.
    Silent,
    /// Every piece of an answer comes so much later.
    Slow(Duration),
    /// Every connection is cut after so many bytes of answers.
    CutAfter(usize),
}

/// A proxy on the loopback.
pub struct Proxy {
    address: SocketAddr,
    traffic: watch::Sender<Traffic>,
}

impl Proxy {
    /// To where a URL leads.
    pub async fn to(url: &Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (traffic, watched) = watch::channel(Traffic::Passes);
        let (host, port) = (url.host_str().unwrap().to_owned(), port(url));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, watched) = ((host.clone(), port), watched.clone());
                tokio::spawn(async move {
                    // An end like any other: the proxy exists to fail.
                    let _ = Box::pin(pass(client, target, watched)).await.ok();
                });
            }
        });
        Self { address, traffic }
    }

    /// A URL that leads through here.
    pub fn through(&self, url: &Url) -> Url {
        let mut url = url.clone();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url
    }

    /// From now on, for connections that are open too.
    pub fn set(&self, traffic: Traffic) {
        self.traffic.send_replace(traffic);
    }
}

fn port(url: &Url) -> u16 {
    url.port()
        .or(match url.scheme() {
            "postgres" | "postgresql" => Some(5432),
            "redis" => Some(6379),
            _ => url.port_or_known_default(),
        })
        .unwrap()
}

async fn pass(
    mut client: TcpStream,
    target: (String, u16),
    mut watched: watch::Receiver<Traffic>,
) -> std::io::Result<()> {
    if *watched.borrow_and_update() == Traffic::Refused {
        return Ok(());
    }
    let mut server = TcpStream::connect(target).await?;
    let (mut asked, mut answered) = ([0; 16 << 10], [0; 16 << 10]);
    let mut passed = 0;
    loop {
        let traffic = *watched.borrow_and_update();
        if traffic == Traffic::Refused {
            return Ok(());
        }
        let silent = traffic == Traffic::Silent;
        tokio::select! {
            changed = watched.changed() => if changed.is_err() {
                return Ok(());
            },
            count = client.read(&mut asked), if !silent => match count? {
                0 => return Ok(()),
                count => server.write_all(&asked[..count]).await?,
            },
            count = server.read(&mut answered), if !silent => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                match traffic {
                    Traffic::Slow(pause) => tokio::time::sleep(pause).await,
                    Traffic::CutAfter(most) if passed + count > most => {
                        client.write_all(&answered[..most.saturating_sub(passed)]).await?;
                        return Ok(());
                    }
                    _ => {}
                }
                passed += count;
                client.write_all(&answered[..count]).await?;
            }
        }
    }
}
