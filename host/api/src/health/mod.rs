//! Whether the server is there and can work.

pub(crate) mod live;
pub(crate) mod ping;
pub(crate) mod ready;
