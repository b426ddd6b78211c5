//! Letters to people.

mod try_out;

pub use try_out::try_out;
