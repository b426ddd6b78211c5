//! Webhooks: telling other programs what happens to records.
//!
//! What a receiver is to be told is stored in the transaction of the record, with a task of its receiver.
//! These tasks are done one after another, and each hands over all that waits, in its order; while a receiver fails,
//! the first of them is done again and again, and the others wait. So each receiver hears of everything in order,
//! once at least, and holds up nobody else.
//!
//! Signed after *Standard Webhooks*, <https://www.standardwebhooks.com>.

mod create;
mod deliver;
mod enable;
mod follow;
mod list;
mod load;
mod message;
mod patience;
mod remove;
mod sign;
mod try_out;

pub use create::{NewWebhook, create};
pub(crate) use deliver::deliver;
pub use enable::enable;
pub(crate) use follow::follow;
pub use list::{deliveries, list, read};
pub use load::load;
pub use patience::Patience;
pub use remove::remove;
pub use try_out::try_out;

/// What receivers are told of.
pub const EVENTS: [&str; 3] = ["record.published", "record.updated", "record.deleted"];
