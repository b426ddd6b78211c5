//! How answers are written down.

mod item;
mod links;
mod list;
mod ndjson;
mod progress;
mod ui;

pub(crate) use item::{exported, item, json, linkset};
pub(crate) use links::Links;
pub(crate) use list::{Hits, list, list_of};
pub(crate) use ndjson::{line, ndjson};
pub(crate) use progress::{Teller, with_progress};
