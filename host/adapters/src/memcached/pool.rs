//! A bounded number of connections: one serves one question at a time.

use std::collections::HashMap;
use std::hash::BuildHasher;

use async_memcached::{Client, Error as MemcachedError, ErrorKind, Status};
use deadpool::managed::{Manager, Metrics, Object, Pool, RecycleError, RecycleResult};
use repono_service::Error;

use crate::remote_cache::Fault;

/// More would wait for the server, not for each other.
const MAX_CONNECTIONS: usize = 16;

pub(super) struct Connections(Pool<Opener>);

/// A connection that knows to whom.
pub(super) struct Known {
    pub(super) client: Client,
    /// The run of the server. One that is started again numbers its items from the beginning, and
    /// what is known of an item of an earlier run does not hold for one of this.
    pub(super) run: u64,
}

pub(super) struct Opener {
    address: String,
}

impl Connections {
    pub(super) fn to(address: String) -> Result<Self, Error> {
        let pool = Pool::builder(Opener { address }).max_size(MAX_CONNECTIONS).build();
        pool.map(Self).map_err(|error| Error::internal("the cache's connections", error))
    }

    pub(super) async fn get(&self) -> Result<Object<Opener>, Fault> {
        Ok(self.0.get().await?)
    }

    /// None of those that are open is used again.
    pub(super) fn close_all(&self) {
        self.0.retain(|_, _| false);
    }
}

impl Manager for Opener {
    type Type = Known;
    type Error = MemcachedError;

    async fn create(&self) -> Result<Known, MemcachedError> {
        let mut client = Client::new(&self.address).await?;
        let run = run(&client.stats().await?)?;
        Ok(Known { client, run })
    }

    /// One on which an answer was not waited for is closed: it would be read as the next one's.
    async fn recycle(&self, used: &mut Known, _: &Metrics) -> RecycleResult<MemcachedError> {
        if used.client.is_closed() {
            return Err(RecycleError::Backend(MemcachedError::ConnectionClosed));
        }
        Ok(())
    }
}

/// When the server was started, and as which process.
fn run<S: BuildHasher>(stats: &HashMap<String, String, S>) -> Result<u64, MemcachedError> {
    let number = |name| {
        let value = stats.get(name).and_then(|value| value.parse::<u64>().ok());
        value.ok_or_else(|| {
            let missing = format!("its statistics do not tell its {name}");
            MemcachedError::Protocol(Status::Error(ErrorKind::Generic(missing)))
        })
    };
    Ok((number("time")?.wrapping_sub(number("uptime")?)) << 32 | number("pid")?)
}
