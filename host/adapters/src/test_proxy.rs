//! A way to a server that can be cut.

use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// What is said arrives.
    Open,
    /// Connections are closed, those that are open too.
    Cut,
    /// Connections are taken and stay, and nothing arrives.
    Silent,
}

/// Listens on a port of its own, until it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: String,
    way: watch::Sender<Way>,
    listening: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn to(server: &str, way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, changes) = watch::channel(way);
        let server = server.to_owned();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server.clone(), changes.clone()));
            }
        });
        Self { address, way: sender, listening }
    }

    pub(crate) fn set(&self, way: Way) {
        self.way.send(way).unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// A connection lasts as long as the way is as it was.
async fn pass_on(mut client: TcpStream, server: String, mut way: watch::Receiver<Way>) {
    let now = *way.borrow_and_update();
    if now != Way::Open {
        if now == Way::Silent {
            // Whatever happens then, this client has waited in vain.
            let _ = way.changed().await;
        }
        return;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        // Whoever ends it, it has ended.
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = way.changed() => {
            if *way.borrow() == Way::Silent {
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
        }
    }
}
