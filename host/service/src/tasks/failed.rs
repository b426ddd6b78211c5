//! Why an attempt came to nothing, and whether another is worth it.

use std::time::Duration;

use crate::ports::PluginFailure;
use crate::{Error, Kind};

/// An attempt that came to nothing.
#[derive(Debug)]
pub(super) struct Failed {
    /// For people, without a full stop.
    pub why: String,
    /// What is to be done about it.
    pub class: Class,
}

/// What is to be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Another attempt may do better: after so long, if it says so.
    Transient(Option<Duration>),
    /// No other attempt would do better.
    Permanent,
}

impl Failed {
    pub(super) fn transient(why: impl Into<String>) -> Self {
        Self { why: why.into(), class: Class::Transient(None) }
    }
}

impl From<PluginFailure> for Failed {
    fn from(failure: PluginFailure) -> Self {
        let class = match failure {
            PluginFailure::InvalidInput(_)
            | PluginFailure::Unsupported(_)
            | PluginFailure::Permanent(_) => Class::Permanent,
            PluginFailure::Transient(after) => Class::Transient(after),
            PluginFailure::Fault(_) | PluginFailure::Unavailable(_) | PluginFailure::Busy => {
                Class::Transient(None)
            }
        };
        Self { why: failure.to_string(), class }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let class = match (&error, error.kind()) {
            (Error::Full { retry_after, .. }, _) => Class::Transient(Some(*retry_after)),
            (_, Kind::NotFound | Kind::Gone | Kind::Invalid | Kind::Forbidden | Kind::TooLarge) => {
                Class::Permanent
            }
            (
                _,
                Kind::Conflict
                | Kind::PreconditionFailed
                | Kind::Unavailable
                | Kind::Plugin
                | Kind::Internal,
            ) => Class::Transient(None),
        };
        Self { why: error.told(), class }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_work_later_is_tried_again_and_nothing_else() {
        let later = Some(Duration::from_mins(3));

        for (failure, class) in [
            (PluginFailure::InvalidInput(String::new()), Class::Permanent),
            (PluginFailure::Unsupported(String::new()), Class::Permanent),
            (PluginFailure::Permanent(String::new()), Class::Permanent),
            (PluginFailure::Transient(later), Class::Transient(later)),
            (PluginFailure::Transient(None), Class::Transient(None)),
            (PluginFailure::Fault(String::new()), Class::Transient(None)),
            (PluginFailure::Unavailable(String::new()), Class::Transient(None)),
            (PluginFailure::Busy, Class::Transient(None)),
        ] {
            assert_eq!(Failed::from(failure.clone()).class, class, "{failure:?}");
        }
        for (error, class) in [
            (Error::NotFound("there is no such collection".to_owned()), Class::Permanent),
            (Error::Invalid("it cannot be done".to_owned()), Class::Permanent),
            (Error::unavailable("database", "it is away"), Class::Transient(None)),
            (Error::Conflict("someone else was first".to_owned()), Class::Transient(None)),
            (
                Error::Full { message: "not now".to_owned(), retry_after: Duration::from_mins(3) },
                Class::Transient(later),
            ),
        ] {
            let told = error.told();
            let failed = Failed::from(error);
            assert_eq!((failed.why, failed.class), (told, class));
        }
    }
}
