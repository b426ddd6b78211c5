//! The way to a Redis, for whoever keeps something there.

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, TlsCertificates};
use repono_service::{Error, Result};

use crate::tls;

/// Of `whose` server: "the cache". `certificates`, in PEM, are trusted instead of the system's.
pub(crate) fn client(url: &str, whose: &str, certificates: Option<Vec<u8>>) -> Result<Client> {
    tls::provide();
    let client = match certificates {
        None => Client::open(url),
        Some(root) => {
            let certificates = TlsCertificates { client_tls: None, root_cert: Some(root) };
            Client::build_with_tls(url, certificates)
        }
    };
    // Not with what was given: there may be a password in it.
    client.map_err(|error| {
        Error::Invalid(format!("the address of {whose} is not one of a Redis: {error}"))
    })
}

/// A connection that callers can share. Each answer is waited for by who asks.
pub(crate) async fn connect(client: &Client) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&config).await
}
