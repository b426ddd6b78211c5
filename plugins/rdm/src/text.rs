//! Cleaning of what people paste into text fields.

/// Trims a text and takes out what no reader can see and XML cannot carry.
///
/// Answers `None` for a text that is clean already, as nearly all are.
pub(crate) fn cleaned(text: &str) -> Option<String> {
    let trimmed = text.trim_matches(is_margin);
    if !trimmed.chars().any(is_invisible) {
        return (trimmed.len() != text.len()).then(|| trimmed.to_owned());
    }

    Some(trimmed.chars().filter(|character| !is_invisible(*character)).collect())
}

/// Whether there is nothing to read in it.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_margin)
}

/// Both kinds, so that taking out the invisible ones never leaves a blank at an end.
fn is_margin(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
}

fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\r' | '\t' => false,
        // Zero-width space, and the code points that XML 1.0 leaves out.
        '\u{200b}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clean_text_is_left_alone() {
        assert_eq!(cleaned("Größe, 大きさ"), None);
        assert_eq!(cleaned("two\nlines"), None);
    }

    #[test]
    fn margins_and_control_characters_go() {
        assert_eq!(cleaned(" A\u{0} title\u{200b}\u{1b} \n").as_deref(), Some("A title"));
        assert_eq!(cleaned(" \u{200b} ").as_deref(), Some(""));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "\\PC{0,12}[\u{0}- \u{200b}\u{a0}]{0,4}\\PC{0,12}") {
            let once = cleaned(&text).unwrap_or(text);

            prop_assert_eq!(cleaned(&once), None);
        }
    }
}
