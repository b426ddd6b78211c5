//! Connecting and closing.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use repono_service::Result;
use repono_service::ports::Clock;
use sqlx::Connection as _;
use sqlx::pool::PoolOptions;
use url::{Host, Url};

use super::{Server, Vendor, describe, migrate};
use crate::sql::Sql;
use crate::sql::meter::PoolMeter;

/// A connection that was idle for longer is asked whether it still lives before it is used.
const FRESH: Duration = Duration::from_secs(1);

/// Distinct statements that stay prepared on each connection: more than there are.
pub(in crate::sql) const PREPARED: usize = 512;

/// With less room for a statement an operator should know it: documents of tens of megabytes exist.
const ROOMY: usize = 64 << 20;

/// Where a server is, and how long it is waited for.
///
/// Certificates are verified, unless the server is on this machine or the URL says otherwise with
/// `sslmode` (PostgreSQL) or `ssl-mode` (MySQL); a certificate authority of one's own is named with
/// `sslrootcert` or `ssl-ca`. There is no `Debug`: a URL holds a password.
#[derive(Clone)]
pub struct ServerOptions {
    /// Such as `postgres://user:password@host/database` or `mysql://…`.
    pub url: String,
    /// Connections at most.
    pub connections: u32,
    /// How long a caller waits for a free connection, or a new one.
    pub acquire_timeout: Duration,
    /// How long an answer may take, and how long others may be waited for.
    pub answer_timeout: Duration,
}

#[expect(private_bounds, reason = "the vendors are named by what is public")]
impl<V: Vendor> Sql<Server<V>> {
    /// Opens the database that `options` name, whose tables must be up to date.
    ///
    /// Connections are opened as they are needed. Schemas of later releases are welcome.
    ///
    /// # Errors
    /// Says in a sentence what is wrong with the URL, the server or the tables.
    pub async fn connect(options: &ServerOptions, clock: Arc<dyn Clock>) -> Result<Self> {
        let told = |error: sqlx::Error| describe::<V>(&error);
        let limit = options.answer_timeout;
        let how = V::options(&options.url).map_err(told)?;
        let pool = PoolOptions::<V>::new()
            .max_connections(options.connections)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .before_acquire(|connection, known| {
                Box::pin(async move {
                    if known.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| Box::pin(V::prepare(connection, limit)))
            .connect_lazy_with(how.clone());
        let mut connection = pool.acquire().await.map_err(told)?;
        let largest = V::inspect(&mut connection).await?;
        if let Some(largest) = largest.filter(|largest| *largest < ROOMY) {
            tracing::warn!(
                largest,
                "{} takes no larger documents and plugins than this: raise its `max_allowed_packet` if that is too little",
                V::NAME
            );
        }
        migrate::inspect::<V>(&mut connection).await?;
        drop(connection);
        let (meter, bell) = (PoolMeter::new(V::SYSTEM), V::bell(how));
        Ok(Self::new(Server { pool, meter, limit, largest, bell }, clock))
    }

    /// Lets those finish who are at work and closes all connections. All that comes later is
    /// refused.
    pub async fn close(&self) {
        self.engine.inner.bell.stay();
        self.engine.inner.pool.close().await;
    }
}

/// What a URL asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sql) enum Encryption {
    AsTheUrlSays,
    /// Nobody is in between on the same machine.
    IfOffered,
    /// The certificate is verified, and that it is this host's.
    Verified,
}

impl Encryption {
    pub(in crate::sql) fn asked_for_by(url: &str) -> Self {
        // What is no URL is refused where it is read as a whole.
        let Ok(url) = Url::parse(url) else { return Self::Verified };
        let asks = |wanted: &[&str]| url.query_pairs().any(|(name, _)| wanted.contains(&&*name));
        if asks(&["sslmode", "ssl-mode"]) {
            return Self::AsTheUrlSays;
        }
        let named_elsewhere = asks(&["host", "hostaddr"]);
        let here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            // What is no address is a name to these schemes.
            Some(Host::Domain(host)) => {
                host == "localhost"
                    || host.starts_with("%2F")
                    || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            None => true,
        };
        if here && !named_elsewhere { Self::IfOffered } else { Self::Verified }
    }
}

#[cfg(test)]
mod tests {
    use super::Encryption;

    #[test]
    fn certificates_are_verified_unless_the_server_is_on_this_machine() {
        for url in [
            "postgres://u:p@127.0.0.1:5432/d",
            "postgres://localhost/d",
            "postgres://%2Frun%2Fpostgresql/d",
            "mysql://[::1]/d",
        ] {
            assert_eq!(Encryption::asked_for_by(url), Encryption::IfOffered, "{url}");
        }
        for url in [
            "postgres://u:p@db.example.org/d",
            "mysql://10.0.0.7/d",
            "postgres://localhost/d?host=db.example.org",
            "mysql://localhost.example.org/d",
            "no URL at all",
        ] {
            assert_eq!(Encryption::asked_for_by(url), Encryption::Verified, "{url}");
        }
    }

    #[test]
    fn a_url_that_says_how_is_obeyed() {
        for url in ["postgres://db/d?sslmode=disable", "mysql://db/d?ssl-mode=REQUIRED"] {
            assert_eq!(Encryption::asked_for_by(url), Encryption::AsTheUrlSays, "{url}");
        }
    }
}
