//! What can be asked for.

use std::hint::black_box;

use repono_sdk::{Value, log, serde_json};

/// What a guest can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// `trap`: a panic.
    Trap,
    /// `loop`: never comes back.
    Loop,
    /// `memory`: asks for memory until there is none.
    Memory,
    /// `nonsense`: answers with text that is not JSON.
    Nonsense,
    /// `miscount`: answers for fewer documents than it was given.
    Miscount,
    /// `oversize`: answers with 80 MB of valid JSON.
    Oversize,
}

impl Mischief {
    /// Reads the wish of a document or payload; none for anything else.
    pub(crate) fn wish(wish: &Value) -> Option<Self> {
        Some(match wish.as_str()? {
            "trap" => Self::Trap,
            "loop" => Self::Loop,
            "memory" => Self::Memory,
            "nonsense" => Self::Nonsense,
            "miscount" => Self::Miscount,
            "oversize" => Self::Oversize,
            _ => return None,
        })
    }

    /// Reads the wish of a record's body.
    pub(crate) fn of(body: &str, member: &str) -> Option<Self> {
        let body: Value = serde_json::from_str(body).ok()?;
        Self::wish(&body["metadata"][member])
    }

    /// Does what never comes back, or gives the text to answer with.
    #[expect(clippy::panic, clippy::infinite_loop, reason = "asked for")]
    pub(crate) fn answer(self) -> String {
        log::panics();
        match self {
            Self::Trap => panic!("asked to trap"),
            Self::Loop => loop {
                black_box(());
            },
            Self::Memory => {
                let mut hoard = Vec::new();
                loop {
                    hoard.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            Self::Nonsense | Self::Miscount => "{ not JSON".to_owned(),
            Self::Oversize => oversize(),
        }
    }
}

/// Allocates once, so that it meets the limit on answers before the limit on memory.
fn oversize() -> String {
    const LENGTH: usize = 80 << 20;
    let mut json = String::with_capacity(LENGTH);
    json.push_str(r#"{"metadata":{"title":""#);
    while json.len() < LENGTH - 3 {
        json.push('x');
    }
    json.push_str(r#""}}"#);
    json
}
