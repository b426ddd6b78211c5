//! Lines of a body as they arrive, in bounded memory.

mod reader;
mod splitter;

pub(crate) use reader::{Encoding, Reader};
pub(crate) use splitter::{Line, Text};
