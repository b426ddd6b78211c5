//! Letters to people.
//!
//! What somebody is to be told is stored with what it is about: a row for the event and the person, and the
//! task that sends it. So each is told of each event once, whatever is repeated. The mail server may have
//! taken a letter of which that was not noted any more: then it gets the same one again, with the same
//! `Message-ID`.

mod check;
mod follow;
mod messages;
mod owed;
mod preview;
mod settings;
mod templates;
mod try_out;

pub use check::check;
pub(crate) use follow::{follow, of_record};
pub use messages::Message;
pub(crate) use owed::{line, owed};
pub use preview::preview;
pub use settings::{change_settings, settings};
pub use templates::{Templates, Written};
pub use try_out::try_out;

use serde_json::Value;

/// What templates are filled with: the facts, and what every letter may say.
pub(crate) fn filled(site: &str, person: &str, mut facts: Value) -> Value {
    facts["site"] = site.into();
    facts["person"] = person.into();
    facts
}
