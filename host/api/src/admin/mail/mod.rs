//! Mail.

pub(crate) mod check;
pub(crate) mod preview;
pub(crate) mod try_out;
