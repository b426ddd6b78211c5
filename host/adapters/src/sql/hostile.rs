//! Texts that have broken databases before.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use repono_service::ports::Database;
use repono_service::ports::contract::{HeldClock, texts};

/// Texts at random, of the characters that matter to someone.
const RANDOM: usize = 30;

/// Stores them wherever a text can be stored, and reads them back.
pub(super) async fn texts_are_kept(database: &dyn Database, clock: &HeldClock) {
    let known = [
        "",
        " ",
        "'; drop table records; --",
        "\" or 1 = 1",
        "? $1 :name @p1 %s {} [] \\",
        "a\0b",
        "\0",
        "\u{1a}0\u{1a}1\u{1a}",
        "\\u0000 \\\\u001a0",
        "\u{feff}\u{202e}\u{fffd}\u{10ffff}",
        "ÿ🦀 e\u{301} é ß SS",
        "line\r\nfeed\ttab\u{7f}\u{1b}[31m",
        "null",
        "%_*",
    ];
    for text in known {
        texts::are_kept(database, clock, text).await;
    }
    let random = r#"[\x00\x1a01'"\\`;%_?$:@{}\[\]\-ß🦀 \n]{0,12}|\PC{0,12}"#;
    let random = proptest::string::string_regex(random).unwrap();
    let mut runner = TestRunner::default();
    for _ in 0..RANDOM {
        let text = random.new_tree(&mut runner).unwrap().current();
        texts::are_kept(database, clock, &text).await;
    }
}
