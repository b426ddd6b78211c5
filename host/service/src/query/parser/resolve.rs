//! A tree into a query of an index: which fields there are, and of which kind.

use super::grammar::{Node, Occur, Read};
use super::{HIDDEN, MOST_CLAUSES, MOST_LEADING, MOST_PATTERNS};
use crate::ports::{Field, FieldKind, IndexDefinition};
use crate::query::Query;

const EXISTS: &str = "_exists_";

pub(super) fn resolve(node: &Node, definition: &IndexDefinition) -> Read<Query> {
    Resolver { definition, clauses: 0, patterns: 0, leading: 0 }.query(node, &Scope::Default)
}

/// Where terms are looked for.
enum Scope<'a> {
    /// No field was named.
    Default,
    Fields(Vec<&'a Field>),
    /// Terms are the names of fields.
    Exists,
}

struct Resolver<'a> {
    definition: &'a IndexDefinition,
    clauses: usize,
    patterns: usize,
    leading: usize,
}

impl<'a> Resolver<'a> {
    fn query(&mut self, node: &Node, scope: &Scope<'a>) -> Read<Query> {
        match node {
            Node::Group(clauses) => return self.group(clauses, scope),
            Node::Field(name, node) => {
                if name == "*" && **node == Node::Anything {
                    return Ok(Query::All);
                }
                let scope =
                    if name == EXISTS { Scope::Exists } else { Scope::Fields(self.named(name)) };
                return self.query(node, &scope);
            }
            Node::Boost(node, weight) => {
                return Ok(Query::Boost(Box::new(self.query(node, scope)?), *weight));
            }
            _ => {}
        }
        if let Scope::Exists = scope {
            return self.exists(node);
        }
        self.count(scope)?;
        let Some(target) = self.target(scope) else { return Ok(Query::Nothing) };
        Ok(match node {
            Node::Word(text) => target.words(text),
            Node::Phrase(text, slop) => target.phrase(text, *slop),
            Node::Fuzzy(word, distance) => {
                self.pattern(false)?;
                target.fuzzy(word, distance.unwrap_or_else(|| usual_distance(word)))
            }
            Node::Pattern(pattern) => {
                self.pattern(pattern.starts_with(['*', '?']))?;
                target.wildcard(pattern)
            }
            Node::Range(from, to) => Query::any_of(target.paths().map(|field| Query::Range {
                field,
                from: from.clone(),
                to: to.clone(),
            })),
            _ if matches!(scope, Scope::Default) => Query::All,
            _ => Query::any_of(target.paths().map(|field| Query::Exists { field })),
        })
    }

    fn group(&mut self, clauses: &[(Occur, Node)], scope: &Scope<'a>) -> Read<Query> {
        let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
        for (occur, node) in clauses {
            let query = self.query(node, scope)?;
            match occur {
                Occur::Must => must.push(query),
                Occur::Should => should.push(query),
                Occur::MustNot => must_not.push(query),
            }
        }
        Ok(Query::Bool { must, should, must_not })
    }

    /// Fields by a path, an alias, or a pattern of paths.
    fn named(&self, name: &str) -> Vec<&'a Field> {
        let fields = self.definition.fields.iter().filter(|field| is_open(field));
        if name.contains('*') {
            return fields.filter(|field| matches(name, &field.path)).collect();
        }
        self.definition.field(name).into_iter().filter(|field| is_open(field)).collect()
    }

    /// Any field of that name, or below it.
    fn exists(&mut self, node: &Node) -> Read<Query> {
        let name = match node {
            Node::Word(name) | Node::Pattern(name) | Node::Phrase(name, _) => name.as_str(),
            Node::Anything => "*",
            _ => return Err("_exists_ without a field".to_owned()),
        };
        let mut fields = self.named(name);
        if fields.is_empty() {
            fields = self.named(&format!("{name}.*"));
        }
        self.clauses += fields.len();
        self.within()?;
        Ok(Query::any_of(
            fields.into_iter().map(|field| Query::Exists { field: field.path.clone() }),
        ))
    }

    fn target(&self, scope: &Scope<'a>) -> Option<Target<'a>> {
        let weighted: Vec<(&Field, f32)> = match scope {
            Scope::Default => {
                let defaults = self.definition.default_fields.iter();
                defaults
                    .filter_map(|(path, weight)| Some((self.definition.field(path)?, *weight)))
                    .collect()
            }
            Scope::Fields(fields) => fields.iter().map(|field| (*field, 1.0)).collect(),
            Scope::Exists => Vec::new(),
        };
        let fields: Vec<_> =
            weighted.into_iter().filter(|(field, _)| field.kind != FieldKind::GeoPoint).collect();
        // A point has no words, but it can be there: `place:*`.
        let points = match scope {
            Scope::Fields(fields) => {
                fields.iter().copied().filter(|field| field.kind == FieldKind::GeoPoint).collect()
            }
            _ => Vec::new(),
        };
        let default = matches!(scope, Scope::Default);
        (default || !fields.is_empty() || !points.is_empty()).then_some(Target { fields, points })
    }

    fn count(&mut self, scope: &Scope<'a>) -> Read<()> {
        self.clauses += match scope {
            Scope::Fields(fields) => fields.len().max(1),
            _ => 1,
        };
        self.within()
    }

    fn within(&self) -> Read<()> {
        if self.clauses > MOST_CLAUSES {
            Err(format!("more than {MOST_CLAUSES} clauses"))
        } else {
            Ok(())
        }
    }

    fn pattern(&mut self, leading: bool) -> Read<()> {
        self.patterns += 1;
        self.leading += usize::from(leading);
        if self.patterns > MOST_PATTERNS {
            return Err(format!("more than {MOST_PATTERNS} terms with wildcards or fuzzy ones"));
        }
        if self.leading > MOST_LEADING {
            return Err(format!("more than {MOST_LEADING} terms that begin with a wildcard"));
        }
        Ok(())
    }
}

/// Fields that a term is looked for in.
struct Target<'a> {
    fields: Vec<(&'a Field, f32)>,
    points: Vec<&'a Field>,
}

impl Target<'_> {
    fn words(&self, text: &str) -> Query {
        match self.single() {
            Some(field) => Query::term(field, text),
            None => self.unless_empty(|fields| Query::Words { fields, text: text.to_owned() }),
        }
    }

    fn phrase(&self, text: &str, slop: u32) -> Query {
        match self.single() {
            Some(field) => Query::term(field, text),
            None => {
                self.unless_empty(|fields| Query::Phrase { fields, text: text.to_owned(), slop })
            }
        }
    }

    fn fuzzy(&self, word: &str, distance: u8) -> Query {
        if distance == 0 {
            return self.words(word);
        }
        let fields = self.of([FieldKind::Text, FieldKind::Keyword]);
        if fields.is_empty() {
            self.words(word)
        } else {
            Query::Fuzzy { fields, word: word.to_owned(), distance }
        }
    }

    fn wildcard(&self, pattern: &str) -> Query {
        let text = self.of([FieldKind::Text]);
        let keyword = self.of([FieldKind::Keyword]);
        let queries = [(text, pattern.to_lowercase()), (keyword, pattern.to_owned())].into_iter();
        let asked = queries.filter(|(fields, _)| !fields.is_empty());
        Query::any_of(asked.map(|(fields, pattern)| Query::Wildcard { fields, pattern }))
    }

    fn paths(&self) -> impl Iterator<Item = String> {
        self.fields
            .iter()
            .map(|(field, _)| *field)
            .chain(self.points.iter().copied())
            .map(|field| field.path.clone())
    }

    /// The only field, if it has values instead of words.
    fn single(&self) -> Option<&str> {
        match self.fields.as_slice() {
            [(field, weight)]
                if field.kind != FieldKind::Text && (*weight - 1.0).abs() < f32::EPSILON =>
            {
                Some(&field.path)
            }
            _ => None,
        }
    }

    fn unless_empty(&self, query: impl FnOnce(Vec<(String, f32)>) -> Query) -> Query {
        if self.fields.is_empty() { Query::Nothing } else { query(weighted(self.fields.iter())) }
    }

    fn of<const N: usize>(&self, kinds: [FieldKind; N]) -> Vec<(String, f32)> {
        weighted(self.fields.iter().filter(|(field, _)| kinds.contains(&field.kind)))
    }
}

fn weighted<'b>(fields: impl Iterator<Item = &'b (&'b Field, f32)>) -> Vec<(String, f32)> {
    fields.map(|(field, weight)| (field.path.clone(), *weight)).collect()
}

/// Whether people may ask for it.
fn is_open(field: &Field) -> bool {
    !HIDDEN.iter().any(|prefix| field.path.starts_with(prefix))
}

/// Whether a name with stars stands for a path.
fn matches(pattern: &str, path: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty()
}

/// As much as OpenSearch allows a word of that length.
fn usual_distance(word: &str) -> u8 {
    match word.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}
