//! The order of hits.
//!
//! Within a segment a sort value is a number: of a keyword, its place among the segment's
//! keywords. Numbers of keywords mean nothing beyond their segment, so what a segment found best is
//! compared with the best of others by the keywords themselves.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use repono_service::ports::{FieldKind, SortKey};
use repono_service::{Error, Result};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentReader};

use super::cursor::Cursor;
use crate::tantivy::schema::{KEY, Layout};

/// What hits are ordered by, before their key.
pub(super) struct Order(pub(super) Vec<Criterion>);

pub(super) enum Criterion {
    Score,
    Number {
        column: String,
        direction: Direction,
    },
    Keyword {
        column: String,
        direction: Direction,
    },
    /// The index has no such field: no document has a value.
    Unknown,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// A value to sort by, the lower the better. `None` comes last.
pub(super) type Rank = Option<Value>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Already turned by its direction.
    Number(u64),
    Keyword(String),
}

/// A hit, comparable with those of other segments.
pub(super) struct Candidate {
    pub(super) ranks: Vec<Rank>,
    pub(super) key: String,
}

impl Order {
    pub(super) fn new(layout: &Layout, sort: &[SortKey]) -> Result<Self> {
        let criteria = sort.iter().map(|key| match key {
            SortKey::Score => Ok(Criterion::Score),
            SortKey::Ascending(path) => Criterion::of(layout, path, Direction::Up),
            SortKey::Descending(path) => Criterion::of(layout, path, Direction::Down),
        });
        criteria.collect::<Result<_>>().map(Self)
    }

    pub(super) fn scores(&self) -> bool {
        self.0.iter().any(|criterion| matches!(criterion, Criterion::Score))
    }

    pub(super) fn compare(&self, left: &Candidate, right: &Candidate) -> Ordering {
        let ranks = self.0.iter().zip(left.ranks.iter().zip(&right.ranks));
        let mut different = ranks
            .map(|(criterion, (left, right))| criterion.compare(left, right))
            .filter(|order| order.is_ne());
        different.next().unwrap_or_else(|| left.key.cmp(&right.key))
    }
}

impl Criterion {
    fn of(layout: &Layout, path: &str, direction: Direction) -> Result<Self> {
        let Some(found) = layout.columns.get(path) else { return Ok(Self::Unknown) };
        let column = found.name.clone();
        match found.kind {
            FieldKind::Keyword => Ok(Self::Keyword { column, direction }),
            FieldKind::Long | FieldKind::Double | FieldKind::Boolean | FieldKind::Date => {
                Ok(Self::Number { column, direction })
            }
            FieldKind::Text | FieldKind::GeoPoint => {
                Err(Error::Invalid(format!("{path} cannot be sorted by")))
            }
        }
    }

    fn compare(&self, left: &Rank, right: &Rank) -> Ordering {
        match (left, right) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => left.cmp(right),
            (Some(Value::Keyword(left)), Some(Value::Keyword(right))) => match self {
                Self::Keyword { direction: Direction::Down, .. } => right.cmp(left),
                _ => left.cmp(right),
            },
            (left, right) => left.is_none().cmp(&right.is_none()),
        }
    }

    fn source(&self, reader: &SegmentReader) -> tantivy::Result<Source> {
        let columns = reader.fast_fields();
        Ok(match self {
            Self::Score => Source::Score,
            Self::Unknown => Source::Missing,
            Self::Number { column, direction } => match columns.u64_lenient(column)? {
                Some((values, _)) => Source::Number { values, direction: *direction },
                None => Source::Missing,
            },
            Self::Keyword { column, direction } => match columns.str(column)? {
                Some(values) => Source::Keyword { values, direction: *direction },
                None => Source::Missing,
            },
        })
    }
}

/// Where a segment has the values.
enum Source {
    Score,
    Number { values: Column<u64>, direction: Direction },
    Keyword { values: StrColumn, direction: Direction },
    Missing,
}

/// A value within a segment, the lower the better; the first part puts those without one last.
type LocalRank = (bool, u64);

const MISSING: LocalRank = (true, 0);

impl Source {
    fn rank(&self, document: DocId, score: Score) -> LocalRank {
        let found = match self {
            Self::Score => return (false, !u64::from(sortable(score))),
            Self::Missing => return MISSING,
            Self::Number { values, direction } => {
                extreme(values, document, *direction).map(|value| turned(value, *direction))
            }
            Self::Keyword { values, direction } => extreme(values.ords(), document, *direction)
                .map(|place| turned(at(place), *direction)),
        };
        found.map_or(MISSING, |value| (false, value))
    }

    fn globally(&self, (missing, value): LocalRank) -> tantivy::Result<Rank> {
        if missing {
            return Ok(None);
        }
        Ok(Some(match self {
            Self::Score | Self::Number { .. } | Self::Missing => Value::Number(value),
            Self::Keyword { values, direction } => {
                Value::Keyword(word(values, turned(value, *direction) / 2)?)
            }
        }))
    }

    fn locally(&self, rank: &Rank) -> tantivy::Result<LocalRank> {
        Ok(match (self, rank) {
            (_, None) => MISSING,
            (Self::Keyword { values, direction }, Some(Value::Keyword(word))) => {
                (false, turned(place(values, word)?, *direction))
            }
            (_, Some(Value::Number(value))) => (false, *value),
            // The segment has no value at all: whatever it is, what is missing comes after it.
            (_, Some(Value::Keyword(_))) => (false, 0),
        })
    }
}

fn turned(value: u64, direction: Direction) -> u64 {
    if direction == Direction::Up { value } else { !value }
}

fn extreme(values: &Column<u64>, document: DocId, direction: Direction) -> Option<u64> {
    match direction {
        Direction::Up => values.values_for_doc(document).min(),
        Direction::Down => values.values_for_doc(document).max(),
    }
}

/// Places are odd, so that a word that the segment does not have is at an even one.
fn at(place: u64) -> u64 {
    place * 2 + 1
}

fn place(words: &StrColumn, word: &str) -> tantivy::Result<u64> {
    use std::ops::Bound::{Excluded, Included, Unbounded};

    let dictionary = words.dictionary();
    if let Some(place) = dictionary.term_ord(word.as_bytes())? {
        return Ok(at(place));
    }
    let (from, _) = dictionary.term_bounds_to_ord(Included(word.as_bytes()), Unbounded)?;
    let next = match from {
        Included(next) => next,
        Excluded(last) => last + 1,
        Unbounded => 0,
    };
    // After the last word there is no next, and what it says instead is no place.
    Ok(next.min(dictionary.num_terms() as u64) * 2)
}

fn word(words: &StrColumn, place: u64) -> tantivy::Result<String> {
    let mut word = String::new();
    words.ord_to_str(place, &mut word)?;
    Ok(word)
}

/// The order of floats in that of whole numbers.
fn sortable(score: Score) -> u32 {
    let bits = score.to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

/// The best hits of a segment.
pub(super) struct Best {
    sources: Vec<Source>,
    keys: StrColumn,
    keep: usize,
    after: Option<Vec<LocalRank>>,
    /// The worst on top, to be replaced.
    heap: BinaryHeap<Vec<LocalRank>>,
    /// Of the document at hand.
    ranks: Vec<LocalRank>,
}

impl Best {
    pub(super) fn new(
        order: &Order,
        reader: &SegmentReader,
        keep: usize,
        after: Option<&Cursor>,
    ) -> tantivy::Result<Self> {
        let sources = order
            .0
            .iter()
            .map(|criterion| criterion.source(reader))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let missing = || tantivy::TantivyError::SchemaError("a segment without keys".to_owned());
        let keys = reader.fast_fields().str(KEY)?.ok_or_else(missing)?;
        let after = match after {
            None => None,
            Some(cursor) => {
                let ranks =
                    sources.iter().zip(&cursor.ranks).map(|(source, rank)| source.locally(rank));
                let mut ranks = ranks.collect::<tantivy::Result<Vec<_>>>()?;
                ranks.push((false, place(&keys, &cursor.key)?));
                Some(ranks)
            }
        };
        Ok(Self { sources, keys, keep, after, heap: BinaryHeap::new(), ranks: Vec::new() })
    }

    pub(super) fn offer(&mut self, document: DocId, score: Score) {
        if self.keep == 0 {
            return;
        }
        self.ranks.clear();
        self.ranks.extend(self.sources.iter().map(|source| source.rank(document, score)));
        if self.heap.len() == self.keep
            && self
                .heap
                .peek()
                .is_some_and(|worst| self.ranks.as_slice() > &worst[..self.sources.len()])
        {
            return;
        }
        self.ranks.push((false, at(self.keys.ords().first(document).unwrap_or_default())));
        if self.after.as_ref().is_some_and(|after| self.ranks <= *after) {
            return;
        }
        if self.heap.len() < self.keep {
            self.heap.push(self.ranks.clone());
        } else if let Some(mut worst) = self.heap.peek_mut()
            && self.ranks < *worst
        {
            worst.clone_from(&self.ranks);
        }
    }

    pub(super) fn candidates(self) -> tantivy::Result<Vec<Candidate>> {
        let Self { sources, keys, heap, .. } = self;
        let candidate = |ranks: Vec<LocalRank>| {
            let (_, key) = ranks.last().copied().unwrap_or(MISSING);
            let ranks = sources.iter().zip(&ranks).map(|(source, rank)| source.globally(*rank));
            Ok(Candidate {
                ranks: ranks.collect::<tantivy::Result<_>>()?,
                key: word(&keys, key / 2)?,
            })
        };
        heap.into_iter().map(candidate).collect()
    }
}
