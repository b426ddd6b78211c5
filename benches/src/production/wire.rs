//! What the server says to the cluster, word for word.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Stands between the two, and keeps what is asked.
pub(super) struct Wire {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Wire {
    pub(super) async fn to(cluster: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let asked: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let kept = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                drop(tokio::spawn(carry(client, cluster, Arc::clone(&kept))));
            }
        });
        Ok(Self { address, asked })
    }

    /// The last search since this was asked before, as bytes that can be sent again.
    pub(super) fn last_search(&self) -> anyhow::Result<Vec<u8>> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        asked
            .into_iter()
            .rev()
            .find(|request| {
                let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
                String::from_utf8_lossy(line).contains("/_search")
            })
            .context("the server did not ask the cluster")
    }
}

/// One connection. What comes between two answers is one request: the server does not pipeline.
async fn carry(
    mut client: TcpStream,
    cluster: SocketAddr,
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(cluster).await?;
    let (mut up, mut down) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let mut request = Vec::new();
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read? {
                0 => return Ok(()),
                count => {
                    request.extend_from_slice(&up[..count]);
                    server.write_all(&up[..count]).await?;
                }
            },
            read = server.read(&mut down) => match read? {
                0 => return Ok(()),
                count => {
                    if !request.is_empty() {
                        let request = std::mem::take(&mut request);
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                    }
                    client.write_all(&down[..count]).await?;
                }
            },
        }
    }
}
