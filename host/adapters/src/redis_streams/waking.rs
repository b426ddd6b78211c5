//! Tells those who wait that something has arrived.
//!
//! What is told may be lost: who waits looks again after a while.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::StreamExt as _;
use redis::{Client, RedisError};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::arrival::Arrival;

/// Between attempts to listen. Meanwhile those who wait look by themselves.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Waking {
    client: Client,
    channel: String,
    arrived: Arc<Arrival>,
    /// Begun by the first who waits: who only publishes needs none.
    listening: OnceLock<JoinHandle<()>>,
}

impl Waking {
    pub(super) fn on(client: Client, channel: String) -> Self {
        Self { client, channel, arrived: Arc::default(), listening: OnceLock::new() }
    }

    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    pub(super) async fn wait(&self, patience: Duration) {
        self.listening.get_or_init(|| {
            let (client, channel) = (self.client.clone(), self.channel.clone());
            tokio::spawn(listen(client, channel, Arc::clone(&self.arrived)))
        });
        self.arrived.wait(patience).await;
    }
}

impl Drop for Waking {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.get() {
            listening.abort();
        }
    }
}

/// Until it is aborted.
async fn listen(client: Client, channel: String, arrived: Arc<Arrival>) {
    loop {
        if let Err(error) = listen_once(&client, &channel, &arrived).await {
            tracing::debug!(error = %error, "the broker does not tell of new tasks at once");
        }
        sleep(PAUSE).await;
    }
}

async fn listen_once(client: &Client, channel: &str, arrived: &Arrival) -> Result<(), RedisError> {
    let mut listener = client.get_async_pubsub().await?;
    listener.subscribe(channel).await?;
    // What came before nobody listened for.
    let mut told =
        std::pin::pin!(futures::stream::once(async {}).chain(listener.into_on_message().map(drop)));
    while told.next().await.is_some() {
        arrived.ring();
    }
    Ok(())
}
