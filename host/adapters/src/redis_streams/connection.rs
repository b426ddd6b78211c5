//! The one connection that all callers share.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, RedisError, ScriptInvocation, TlsCertificates,
};
use repono_service::{Error, Result};
use tokio::sync::Mutex;

use crate::brokers::{BrokerOptions, unavailable, within};

pub(super) struct Connections {
    client: Client,
    connection: Mutex<Option<MultiplexedConnection>>,
    timeout: Duration,
}

impl Connections {
    pub(super) fn to(url: &str, options: &BrokerOptions) -> Result<Self> {
        // Its TLS asks for the one of the process. If there is one already, that will do.
        drop(rustls::crypto::ring::default_provider().install_default());
        let certificates = options.certificates.as_ref().map(|path| {
            std::fs::read(path).map_err(|error| {
                Error::Invalid(format!(
                    "the certificates {} cannot be read: {error}",
                    path.display()
                ))
            })
        });
        let client = match certificates.transpose()? {
            None => Client::open(url),
            Some(root) => Client::build_with_tls(
                url,
                TlsCertificates { client_tls: None, root_cert: Some(root) },
            ),
        };
        // Not with what was given: there may be a password in it.
        let client = client.map_err(|error| {
            Error::Invalid(format!("the address of the broker is not one of a Redis: {error}"))
        })?;
        Ok(Self { client, connection: Mutex::default(), timeout: options.timeout })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T> {
        self.ask(async |connection| script.invoke_async(connection).await).await
    }

    pub(super) async fn ping(&self) -> Result<()> {
        self.ask(async |connection| redis::cmd("PING").exec_async(connection).await).await
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
        // Each answer is waited for elsewhere.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let fresh = self.client.get_multiplexed_async_connection_with_config(&config);
        let fresh = fresh.await.map_err(unavailable)?;
        Ok(connection.insert(fresh).clone())
    }
}
