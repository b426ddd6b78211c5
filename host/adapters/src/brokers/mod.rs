//! What all brokers' adapters need: settings, names, and a place for what came and was not taken yet.

mod inbox;
#[cfg(test)]
#[cfg(feature = "services")]
pub(crate) mod tests;

use std::path::PathBuf;
use std::time::Duration;

use repono_service::{Error, Result};
use sha2::{Digest as _, Sha256};

pub(crate) use self::inbox::Inbox;

/// The port's name as operators know it.
const DEPENDENCY: &str = "broker";

/// Longer names are cut and told apart by a digest: all brokers take so many, with what is put after
/// them.
const MAX_NAME_BYTES: usize = 60;
/// With it, names stay below what all brokers take.
const MAX_PREFIX_BYTES: usize = 30;

/// How a broker is used.
#[derive(Clone, Debug)]
pub struct BrokerOptions {
    /// Begins the names of everything there, so that sites that share a broker do not meet.
    pub prefix: String,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// How long a worker that is not heard of keeps a delivery, where the broker does not see that
    /// its connection is gone.
    pub visibility: Duration,
    /// So often is a notice delivered before it is put among the dead.
    pub deliveries: u32,
    /// So many deliveries of a queue may be in this process's hands, where the broker hands them out
    /// by itself.
    pub prefetch: u16,
    /// A queue that nobody uses for so long is removed, where the broker can do that by itself.
    pub expiry: Duration,
    /// PEM file of certificates that are trusted beside those of the system.
    pub certificates: Option<PathBuf>,
}

impl BrokerOptions {
    /// Refuses what not all brokers take.
    pub(crate) fn checked(self) -> Result<Self> {
        let prefix = &self.prefix;
        if prefix.len() > MAX_PREFIX_BYTES || !prefix.bytes().all(is_plain) {
            return Err(Error::Invalid(format!(
                "the queues' prefix {prefix:?} is not what all brokers take: at most {MAX_PREFIX_BYTES} letters and digits of ASCII and hyphens"
            )));
        }
        if self.visibility < Duration::from_secs(1) || self.deliveries == 0 || self.prefetch == 0 {
            return Err(Error::Invalid(
                "a broker's deliveries are kept for one second at least, and there is at least one"
                    .to_owned(),
            ));
        }
        Ok(self)
    }

    /// What a queue is called there.
    pub(crate) fn name(&self, queue: &str) -> String {
        let prefix = &self.prefix;
        let is_usual = queue.bytes().all(is_plain) && queue.len() + prefix.len() <= MAX_NAME_BYTES;
        if is_usual {
            return format!("{prefix}{queue}");
        }
        let mut name: String = prefix.clone();
        name.extend(queue.chars().filter(char::is_ascii_alphanumeric).take(10));
        name.push_str(&digest(queue)[..16]);
        name
    }
}

/// Names anything by 64 letters and digits.
pub(crate) fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// The broker did not do it.
pub(crate) fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable(DEPENDENCY, source)
}

/// An answer, or an error when it takes longer than `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T>>,
) -> Result<T> {
    let answer = tokio::time::timeout(limit, answer).await;
    answer.unwrap_or_else(|_| Err(unavailable(format!("no answer within {limit:?}"))))
}

#[cfg(test)]
impl BrokerOptions {
    /// For a test that needs some.
    pub(crate) fn sample(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            timeout: Duration::from_secs(10),
            visibility: Duration::from_secs(2),
            deliveries: 3,
            prefetch: 64,
            expiry: Duration::from_mins(2),
            certificates: None,
        }
    }
}

#[cfg(test)]
mod names {
    use super::*;

    #[test]
    fn every_queue_has_a_name_that_all_brokers_take_and_no_other_has() {
        let options = BrokerOptions::sample("repono-");
        let long = "x".repeat(64);
        let queues = ["default", "a.b", "a_b", "#.*", "grüß gott", "", &long, &long[1..]];

        let names: Vec<_> = queues.iter().map(|queue| options.name(queue)).collect();

        assert_eq!(names[0], "repono-default");
        for (place, name) in names.iter().enumerate() {
            assert!(name.bytes().all(is_plain) && name.len() <= MAX_NAME_BYTES, "{name}");
            assert!(!names[..place].contains(name), "{name}");
        }
    }

    #[test]
    fn a_prefix_that_not_all_brokers_take_is_refused() {
        assert!(BrokerOptions::sample("repono-").checked().is_ok());
        assert!(BrokerOptions::sample("repono.#").checked().is_err());
        assert!(BrokerOptions::sample(&"r".repeat(31)).checked().is_err());
    }
}
