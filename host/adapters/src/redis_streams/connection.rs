//! The one connection that all callers share.

use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{Client, FromRedisValue, RedisError, ScriptInvocation, cmd};
use repono_service::{Error, Result};
use tokio::sync::Mutex;

use crate::brokers::{BrokerOptions, unavailable, within};
use crate::redis;

pub(super) struct Connections {
    client: Client,
    connection: Mutex<Option<MultiplexedConnection>>,
    timeout: Duration,
}

impl Connections {
    pub(super) fn to(url: &str, options: &BrokerOptions) -> Result<Self> {
        let certificates = options.certificates.as_ref().map(|path| {
            std::fs::read(path).map_err(|error| {
                Error::Invalid(format!(
                    "the certificates {} cannot be read: {error}",
                    path.display()
                ))
            })
        });
        let client = redis::client(url, "the broker", certificates.transpose()?)?;
        Ok(Self { client, connection: Mutex::default(), timeout: options.timeout })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T> {
        self.ask(async |connection| script.invoke_async(connection).await).await
    }

    pub(super) async fn ping(&self) -> Result<()> {
        self.ask(async |connection| cmd("PING").exec_async(connection).await).await
    }

    /// A connection at which something failed is not used again.
    async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T> {
        let answer = within(self.timeout, async {
            question(&mut self.get().await?).await.map_err(unavailable)
        });
        let answer = answer.await;
        if answer.is_err() {
            *self.connection.lock().await = None;
        }
        answer
    }

    async fn get(&self) -> Result<MultiplexedConnection> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let fresh = redis::connect(&self.client).await.map_err(unavailable)?;
        Ok(connection.insert(fresh).clone())
    }
}
