//! Text for LaTeX.

/// Latin letters with marks, by the letters they are written with where there are none.
const PLAIN: &[(&str, &str)] = &[
    ("a", "àáâãåāăą"),
    ("ae", "äæ"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęě"),
    ("g", "ĝğġģ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįı"),
    ("j", "ĵ"),
    ("k", "ķ"),
    ("l", "ĺļľŀł"),
    ("n", "ñńņňŋ"),
    ("o", "òóôõøōŏő"),
    ("oe", "öœ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšș"),
    ("ss", "ß"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûũūŭůűų"),
    ("ue", "ü"),
    ("w", "ŵ"),
    ("y", "ýÿŷ"),
    ("z", "źżž"),
];

/// The longest name in a citation key.
const NAME: usize = 40;

/// Escapes what LaTeX would act upon.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', character]),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '\\' => escaped.push_str("\\textbackslash{}"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Breaks a text into lines of at most so many characters, if its words are not longer.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + word_length <= width => {
                line.push(' ');
                line.push_str(word);
                length += 1 + word_length;
            }
            _ => {
                lines.push(word.to_owned());
                length = word_length;
            }
        }
    }
    lines
}

/// A name in lower case, with digits and underscores.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            '\'' | '’' => {}
            other => match PLAIN.iter().find(|(_, marked)| marked.contains(other)) {
                Some((plain, _)) => slug.push_str(plain),
                None if slug.ends_with('_') => {}
                None => slug.push('_'),
            },
        }
    }
    // All of it is ASCII by now.
    slug.truncate(NAME);
    slug.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specials_lose_their_power() {
        assert_eq!(escaped("50% of A_1 & {B}"), "50\\% of A\\_1 \\& \\{B\\}");
        assert_eq!(
            escaped("a\\b~c^d"),
            "a\\textbackslash{}b\\textasciitilde{}c\\textasciicircum{}d"
        );
    }

    #[test]
    fn names_become_plain() {
        assert_eq!(slug("Müller-Łukasz, O’Brien"), "mueller_lukasz_obrien");
        assert_eq!(slug("王"), "");
        assert_eq!(slug(&"long ".repeat(20)).len(), 39);
    }

    #[test]
    fn no_line_is_longer_than_its_words_make_it() {
        assert_eq!(wrapped("aa bb  cc\ndddddd", 5), ["aa bb", "cc", "dddddd"]);
        assert_eq!(wrapped("", 5), Vec::<String>::new());
    }
}
