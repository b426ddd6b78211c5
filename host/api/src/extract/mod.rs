//! What handlers take from a request, each with its own refusal.

mod accept;
mod body;
mod by;
mod if_match;
mod params;
mod path;
mod refresh;
mod shape;
mod strict;

pub(crate) use body::{JsonAs, JsonBody, collect};
pub(crate) use by::{AsAdmin, By, credential};
pub(crate) use if_match::IfMatch;
pub(crate) use params::Params;
pub(crate) use path::{CollectionPath, IdPath, NamePath, PidPath, RecordPath};
pub(crate) use refresh::RefreshQuery;
pub(crate) use shape::{Chosen, JSON, Shape, UI_JSON};
