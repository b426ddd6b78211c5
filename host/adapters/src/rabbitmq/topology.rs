//! What must be there in a RabbitMQ, and what is called how.
//!
//! A queue has a second one for what is given up. Delays need no plugin: for each power of two there
//! is a queue without consumers, whose messages pass on after so many seconds. A message runs
//! through those of its delay's binary digits, from the highest to the lowest: the digits stand in
//! front of its queue's name in the routing key, and each level looks at its own.

use std::time::Duration;

use lapin::options::{
    ExchangeBindOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind, Queue};
use repono_service::Result;

use crate::brokers::{BrokerOptions, unavailable};

/// Digits of a delay.
const LEVELS: usize = 10;

/// As many seconds as the digits can tell.
pub(super) const LONGEST_DELAY: Duration = Duration::from_secs((1 << LEVELS) - 1);

/// What was given up is kept for a person, the newest of it.
const MAX_DEAD: i32 = 10_000;

/// The names and settings of one site's things.
pub(super) struct Topology {
    prefix: String,
    deliveries: u32,
    expiry_ms: i64,
}

impl Topology {
    pub(super) fn of(options: &BrokerOptions) -> Self {
        Self {
            prefix: options.prefix.clone(),
            deliveries: options.deliveries,
            expiry_ms: i64::try_from(options.expiry.as_millis()).unwrap_or(i64::MAX),
        }
    }

    /// Exchange and routing key of a notice for the queue of this name.
    pub(super) fn route(&self, name: &str, delay: Duration) -> (String, String) {
        if delay.is_zero() {
            return (String::new(), name.to_owned());
        }
        // No earlier than asked for.
        let delay = delay.min(LONGEST_DELAY);
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        let mut key = String::with_capacity(2 * LEVELS + name.len());
        for level in (0..LEVELS).rev() {
            key.push_str(if seconds >> level & 1 == 1 { "1." } else { "0." });
        }
        key.push_str(name);
        (self.level(LEVELS - 1), key)
    }

    fn dead(name: &str) -> String {
        format!("{name}-dead")
    }

    /// The exchange and the queue of a level of delays.
    fn level(&self, level: usize) -> String {
        format!("{}delay-{level}", self.prefix)
    }

    /// The exchange after the last level.
    fn arrival(&self) -> String {
        format!("{}delay-over", self.prefix)
    }

    /// The names of all that is there for delays.
    #[cfg(test)]
    #[cfg(feature = "services")]
    pub(super) fn delays(&self) -> Vec<String> {
        (0..LEVELS).map(|level| self.level(level)).chain([self.arrival()]).collect()
    }

    /// What is needed for delays.
    pub(super) async fn declare_delays(&self, channel: &Channel) -> Result<()> {
        declare_exchange(channel, self.arrival()).await?;
        for level in 0..LEVELS {
            let (here, next) = (
                self.level(level),
                level.checked_sub(1).map_or_else(|| self.arrival(), |next| self.level(next)),
            );
            declare_exchange(channel, here.clone()).await?;
            let seconds = 1_i64 << level;
            let arguments = [
                ("x-message-ttl", AMQPValue::LongLongInt(seconds * 1000)),
                ("x-dead-letter-exchange", text(&next)),
            ];
            declare_queue(channel, &here, &arguments).await?;
            let before = "*.".repeat(LEVELS - 1 - level);
            bind_queue(channel, &here, &here, format!("{before}1.#")).await?;
            let (passes, options) = (format!("{before}0.#"), ExchangeBindOptions::default());
            let bound = channel.exchange_bind(
                next.into(),
                here.into(),
                passes.into(),
                options,
                FieldTable::default(),
            );
            bound.await.map_err(unavailable)?;
        }
        Ok(())
    }

    /// A queue, and the one of what is given up of it. Answers how many messages wait in each.
    pub(super) async fn declare(&self, channel: &Channel, name: &str) -> Result<(u32, u32)> {
        let dead = Self::dead(name);
        let bounded =
            [("x-max-length", AMQPValue::LongInt(MAX_DEAD)), ("x-overflow", text("drop-head"))];
        let given_up = declare_queue(channel, &dead, &bounded).await?.message_count();
        let arguments = [
            ("x-expires", AMQPValue::LongLongInt(self.expiry_ms)),
            // The first delivery is none that failed.
            ("x-delivery-limit", AMQPValue::LongLongInt(i64::from(self.deliveries) - 1)),
            ("x-dead-letter-exchange", text("")),
            ("x-dead-letter-routing-key", text(&dead)),
        ];
        let waiting = declare_queue(channel, name, &arguments).await?.message_count();
        let delayed = format!("{}{name}", "*.".repeat(LEVELS));
        bind_queue(channel, name, &self.arrival(), delayed).await?;
        Ok((waiting, given_up))
    }
}

async fn declare_exchange(channel: &Channel, name: String) -> Result<()> {
    let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    let declared =
        channel.exchange_declare(name.into(), ExchangeKind::Topic, options, FieldTable::default());
    declared.await.map_err(unavailable)
}

async fn declare_queue(
    channel: &Channel,
    name: &str,
    arguments: &[(&'static str, AMQPValue)],
) -> Result<Queue> {
    let mut table = FieldTable::default();
    table.insert("x-queue-type".into(), text("quorum"));
    for (name, value) in arguments {
        table.insert((*name).into(), value.clone());
    }
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), options, table).await.map_err(unavailable)
}

async fn bind_queue(channel: &Channel, name: &str, exchange: &str, key: String) -> Result<()> {
    let options = QueueBindOptions::default();
    let bound = channel.queue_bind(
        name.into(),
        exchange.into(),
        key.into(),
        options,
        FieldTable::default(),
    );
    bound.await.map_err(unavailable)
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_told_in_binary_digits() {
        let topology = Topology { prefix: "t-".to_owned(), deliveries: 3, expiry_ms: 1 };
        let key = |delay_ms| topology.route("mail", Duration::from_millis(delay_ms)).1;

        assert_eq!(topology.route("mail", Duration::ZERO), (String::new(), "mail".to_owned()));
        assert_eq!(key(1), "0.0.0.0.0.0.0.0.0.1.mail");
        assert_eq!(key(2500), "0.0.0.0.0.0.0.0.1.1.mail");
        assert_eq!(key(600_000), "1.0.0.1.0.1.1.0.0.0.mail");
        assert_eq!(key(u64::from(u32::MAX)), "1.1.1.1.1.1.1.1.1.1.mail");
        assert_eq!(topology.route("mail", LONGEST_DELAY).0, "t-delay-9");
    }
}
