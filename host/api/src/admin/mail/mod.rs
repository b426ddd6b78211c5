//! Mail.

pub(crate) mod try_out;
