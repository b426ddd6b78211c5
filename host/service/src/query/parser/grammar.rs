//! Text into a tree.

use super::super::Bound;
use super::scanner::{Lexeme, Scanner};
use super::{DEEPEST, MOST_CLAUSES};

/// A query, fields still by their names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Group(Vec<(Occur, Node)>),
    /// Within this field; a name may hold `*`.
    Field(String, Box<Node>),
    Boost(Box<Node>, f32),
    Word(String),
    Pattern(String),
    /// Without a distance it depends on the length of the word.
    Fuzzy(String, Option<u8>),
    Phrase(String, u32),
    Range(Bound, Bound),
    /// A lone star.
    Anything,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Occur {
    Should,
    Must,
    MustNot,
}

pub(super) type Read<T = Node> = Result<T, String>;

pub(super) fn read(text: &str) -> Read {
    let mut reader = Reader { scanner: Scanner::new(text), depth: 0, clauses: 0, named: false };
    let node = reader.group()?;
    if reader.scanner.at_end() {
        Ok(node)
    } else {
        Err("a closing bracket without its other".to_owned())
    }
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    depth: usize,
    clauses: usize,
    /// Whether a field was named, which may be compared with.
    named: bool,
}

/// What stands between two clauses.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    None,
    And,
    Or,
}

impl Reader<'_> {
    /// Clauses up to the end or a closing bracket.
    fn group(&mut self) -> Read {
        let mut clauses: Vec<(Occur, Node)> = Vec::new();
        loop {
            self.skip_punctuation();
            if self.scanner.at_end() || self.scanner.peek() == Some(')') {
                break;
            }
            let joint = self.joint();
            if joint != Joint::None && clauses.is_empty() {
                return Err("an operator without a left side".to_owned());
            }
            self.scanner.skip_blanks();
            let occur = self.occur();
            let node = self.clause()?;
            if let (Joint::And, Some((before, _))) = (joint, clauses.last_mut())
                && *before == Occur::Should
            {
                *before = Occur::Must;
            }
            let occur =
                if joint == Joint::And && occur == Occur::Should { Occur::Must } else { occur };
            clauses.push((occur, node));
        }
        match clauses.len() {
            0 => Err("nothing to look for".to_owned()),
            1 if clauses[0].0 != Occur::MustNot => Ok(clauses.remove(0).1),
            _ => Ok(Node::Group(clauses)),
        }
    }

    fn skip_punctuation(&mut self) {
        self.scanner.skip_blanks();
        while matches!(self.scanner.peek(), Some('-' | '+' | '!')) && self.scanner.lone() {
            for sign in ["-", "+", "!"] {
                self.scanner.take(sign);
            }
            self.scanner.skip_blanks();
        }
    }

    fn joint(&mut self) -> Joint {
        if self.scanner.take_keyword("AND") || self.scanner.take("&&") {
            Joint::And
        } else if self.scanner.take_keyword("OR") || self.scanner.take("||") {
            Joint::Or
        } else {
            Joint::None
        }
    }

    fn occur(&mut self) -> Occur {
        let occur =
            if self.scanner.take_keyword("NOT") || self.scanner.take("-") || self.scanner.take("!")
            {
                Occur::MustNot
            } else if self.scanner.take("+") {
                Occur::Must
            } else {
                return Occur::Should;
            };
        self.scanner.skip_blanks();
        occur
    }

    fn clause(&mut self) -> Read {
        self.clauses += 1;
        if self.clauses > MOST_CLAUSES {
            return Err(format!("more than {MOST_CLAUSES} clauses"));
        }
        if !matches!(self.scanner.peek(), Some('(' | '"' | '[' | '{' | '/') | None)
            && !self.compares()
        {
            let lexeme = self.scanner.word()?;
            if self.scanner.take(":") {
                return self.field(&lexeme);
            }
            let node = self.after_word(lexeme)?;
            return self.boosted(node);
        }
        self.value()
    }

    fn compares(&self) -> bool {
        self.named && matches!(self.scanner.peek(), Some('<' | '>'))
    }

    fn field(&mut self, name: &Lexeme) -> Read {
        if name.text.is_empty() {
            return Err("a colon without a field".to_owned());
        }
        self.scanner.skip_blanks();
        let outer = std::mem::replace(&mut self.named, true);
        let value = self.value()?;
        self.named = outer;
        Ok(Node::Field(name.text.clone(), Box::new(value)))
    }

    fn value(&mut self) -> Read {
        let node = match self.scanner.peek() {
            None => return Err("the end where a term was expected".to_owned()),
            Some('/') => return Err("regular expressions are not supported".to_owned()),
            Some('(') => self.parenthesised()?,
            Some('"') => {
                let text = self.scanner.quoted()?;
                let slop = if self.scanner.take("~") {
                    self.scanner.number().parse().unwrap_or(0)
                } else {
                    0
                };
                Node::Phrase(text, slop)
            }
            Some('[' | '{') => self.range()?,
            Some(_) if self.compares() => self.comparison()?,
            Some(_) => {
                let lexeme = self.scanner.word()?;
                if self.scanner.peek() == Some(':') {
                    return Err("a colon after a value".to_owned());
                }
                self.after_word(lexeme)?
            }
        };
        self.boosted(node)
    }

    fn parenthesised(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} groups within groups"));
        }
        self.scanner.take("(");
        let node = self.group()?;
        if !self.scanner.take(")") {
            return Err("an opening bracket without its other".to_owned());
        }
        self.depth -= 1;
        Ok(node)
    }

    fn after_word(&mut self, lexeme: Lexeme) -> Read {
        if !lexeme.escaped && matches!(lexeme.text.as_str(), "AND" | "OR" | "NOT" | "&&" | "||") {
            return Err("an operator where a term was expected".to_owned());
        }
        if lexeme.text.is_empty() {
            return Err("a term was expected".to_owned());
        }
        let fuzzy = self.scanner.take("~");
        let distance = if fuzzy { self.scanner.number() } else { "" };
        Ok(match lexeme {
            Lexeme { wild: true, text, .. } if text == "*" => Node::Anything,
            Lexeme { wild: true, pattern, .. } => Node::Pattern(pattern),
            Lexeme { text, .. } if fuzzy => fuzziness(text, distance),
            Lexeme { text, .. } => Node::Word(text),
        })
    }

    fn boosted(&mut self, node: Node) -> Read {
        if !self.scanner.take("^") {
            return Ok(node);
        }
        let weight: f32 =
            self.scanner.number().parse().map_err(|_| "a weight that is not a number")?;
        if weight.is_finite() {
            Ok(Node::Boost(Box::new(node), weight))
        } else {
            Err("a weight without end".to_owned())
        }
    }

    fn range(&mut self) -> Read {
        let included = self.scanner.take("[") || !self.scanner.take("{");
        let from = self.bound()?;
        self.scanner.skip_blanks();
        if !self.scanner.take_keyword("TO") {
            return Err("a range without TO".to_owned());
        }
        let to = self.bound()?;
        self.scanner.skip_blanks();
        let from = bounded(from, included);
        if self.scanner.take("]") {
            Ok(Node::Range(from, bounded(to, true)))
        } else if self.scanner.take("}") {
            Ok(Node::Range(from, bounded(to, false)))
        } else {
            Err("a range without an end".to_owned())
        }
    }

    /// `None` if it is open.
    fn bound(&mut self) -> Read<Option<String>> {
        self.scanner.skip_blanks();
        if self.scanner.peek() == Some('"') {
            return self.scanner.quoted().map(Some);
        }
        let lexeme = self.scanner.bound()?;
        match lexeme.text.as_str() {
            "" => Err("a range without a bound".to_owned()),
            "*" if !lexeme.escaped => Ok(None),
            _ => Ok(Some(lexeme.text)),
        }
    }

    fn comparison(&mut self) -> Read {
        let above = self.scanner.take(">");
        if !above {
            self.scanner.take("<");
        }
        let included = self.scanner.take("=");
        self.scanner.skip_blanks();
        let text = if self.scanner.peek() == Some('"') {
            self.scanner.quoted()?
        } else {
            self.scanner.word()?.text
        };
        if text.is_empty() {
            return Err("a comparison with nothing".to_owned());
        }
        let bound = bounded(Some(text), included);
        Ok(if above { Node::Range(bound, Bound::Open) } else { Node::Range(Bound::Open, bound) })
    }
}

fn bounded(text: Option<String>, included: bool) -> Bound {
    match text {
        None => Bound::Open,
        Some(text) if included => Bound::Included(text),
        Some(text) => Bound::Excluded(text),
    }
}

/// A fraction is a similarity, of Lucene before version 4: it allows as many edits as there may be.
fn fuzziness(word: String, distance: &str) -> Node {
    let distance = match distance {
        "" => None,
        fraction if fraction.contains('.') => Some(2),
        number => Some(number.parse().unwrap_or(u8::MAX).min(2)),
    };
    if distance == Some(0) { Node::Word(word) } else { Node::Fuzzy(word, distance) }
}
