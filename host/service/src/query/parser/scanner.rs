//! Characters of a query, looked at from left to right.

/// What ends a word, unless it is escaped.
const ENDS: &[char] = &['!', '(', ')', ':', '^', '[', ']', '"', '{', '}', '~'];

pub(super) struct Scanner<'a> {
    rest: &'a str,
}

/// A word as it was typed.
pub(super) struct Lexeme {
    /// Without the escapes.
    pub(super) text: String,
    /// With escapes before what is a wildcard otherwise.
    pub(super) pattern: String,
    /// Whether there is a wildcard in it.
    pub(super) wild: bool,
    /// Whether there was an escape: `\AND` is no operator.
    pub(super) escaped: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Whether the next character stands alone before a blank or the end.
    pub(super) fn lone(&self) -> bool {
        let mut characters = self.rest.chars();
        characters.next();
        characters.next().is_none_or(char::is_whitespace)
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a word that means something only if it stands alone.
    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let ends = |rest: &str| {
            rest.chars().next().is_none_or(|next| {
                next.is_whitespace() || matches!(next, '(' | ')' | '"' | '[' | '{')
            })
        };
        match self.rest.strip_prefix(keyword) {
            Some(rest) if ends(rest) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// A word up to a blank or a character with a meaning.
    pub(super) fn word(&mut self) -> Result<Lexeme, String> {
        self.lexeme(|character| character.is_whitespace() || ENDS.contains(&character))
    }

    /// A bound up to a blank or the end of the range.
    pub(super) fn bound(&mut self) -> Result<Lexeme, String> {
        self.lexeme(|character| character.is_whitespace() || matches!(character, ']' | '}'))
    }

    fn lexeme(&mut self, ends: impl Fn(char) -> bool) -> Result<Lexeme, String> {
        let mut lexeme =
            Lexeme { text: String::new(), pattern: String::new(), wild: false, escaped: false };
        let mut characters = self.rest.char_indices();
        let mut length = self.rest.len();
        while let Some((at, character)) = characters.next() {
            if ends(character) {
                length = at;
                break;
            }
            let literal = if character == '\\' {
                lexeme.escaped = true;
                let (_, next) = characters.next().ok_or("a backslash at the end")?;
                next
            } else {
                character
            };
            lexeme.text.push(literal);
            match literal {
                '*' | '?' if character != '\\' => lexeme.wild = true,
                '*' | '?' | '\\' => lexeme.pattern.push('\\'),
                _ => {}
            }
            lexeme.pattern.push(literal);
        }
        self.rest = &self.rest[length..];
        Ok(lexeme)
    }

    /// What stands between quotation marks, the first of which is next.
    pub(super) fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, next)| next)),
                character => text.push(character),
            }
        }
        Err("a quotation mark without its other".to_owned())
    }

    /// Digits and a point; empty if there are none.
    pub(super) fn number(&mut self) -> &'a str {
        let length = self
            .rest
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        number
    }
}
