//! Starts the whole server for a test, and talks to it.
//!
//! [`TestApp::new`] is a server of its own on a port of its own, with the shipped plugins active:
//! its data folder is a copy of one that was made once for the run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot start has failed"
)]

mod app;
mod clock;
mod collector;
mod datacite;
mod fixtures;
mod guests;
#[cfg(feature = "services")]
mod own;
mod process;
#[cfg(feature = "services")]
mod proxy;
mod receiver;
mod reply;
mod scrape;
#[cfg(feature = "services")]
mod shared;
mod site;
mod template;

pub use app::{Client, TestApp};
pub use clock::Later;
pub use collector::{Collector, Received, hexadecimal};
pub use datacite::{DataCite, HeldDoi, Trouble};
pub use fixtures::{documents, minimal_record};
pub use guests::{plugin, test_guest};
#[cfg(feature = "services")]
pub use own::OwnServer;
pub use process::{
    Program, ServerProcess, compiled_folder, data_folder, data_folder_in, free_address, kills,
    refusal_on, run_for_parent, serve_for_parent, serve_for_parent_with,
};
#[cfg(feature = "services")]
pub use proxy::{Proxy, Traffic};
pub use receiver::{Heard, Manner, Receiver};
pub use reply::Reply;
pub use scrape::Scrape;
#[cfg(feature = "services")]
pub use shared::{Servers, Shared, service};
pub use site::{Page, Site, Visit};
