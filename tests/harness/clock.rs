//! Time that has gone on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use repono_service::ports::Clock;

/// Another clock's time, and so much more.
pub struct Later(Arc<dyn Clock>, SignedDuration);

impl Later {
    /// As if so much more time had passed.
    pub fn than(clock: &Arc<dyn Clock>, by: SignedDuration) -> Self {
        Self(Arc::clone(clock), by)
    }
}

impl Clock for Later {
    fn now(&self) -> Timestamp {
        self.0.now() + self.1
    }
}
