//! The machine's own clock and randomness.

mod shared_clock;

use jiff::Timestamp;
use rand::RngCore as _;
use repono_domain::{RecordId, TaskId};
use repono_service::ports::{Clock, Ids};

pub use self::shared_clock::SharedClock;

/// The machine's clock, in whole microseconds: what a database keeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one real clock")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.round(jiff::Unit::Microsecond).unwrap_or(now)
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn record(&self) -> RecordId {
        RecordId::from_random(rand::rng().next_u64())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the port's one real source of ids")]
    fn task(&self) -> TaskId {
        TaskId(uuid::Uuid::now_v7().to_string())
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        rand::rng().fill_bytes(&mut secret);
        secret
    }
}
