//! Counting values.
//!
//! Within a segment keywords are counted by their place among the segment's keywords, and become
//! text once per segment instead of once per document. A document has each value of a field once,
//! by [`crate::search::values`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::Timestamp;
use jiff::tz::Offset;
use repono_service::ports::{Bucket, Facet, FacetCounts, FacetKind, FieldKind};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader, u64_to_f64, u64_to_i64};

use crate::tantivy::schema::Layout;

/// What to count, as an index has it.
pub(super) enum Plan {
    Terms(FieldPlan),
    Nested(FieldPlan, FieldPlan),
    Years(String),
    /// The index has no such field, or it cannot be counted.
    Nothing,
}

pub(super) struct FieldPlan {
    column: String,
    kind: FieldKind,
}

impl Plan {
    pub(super) fn new(layout: &Layout, kind: &FacetKind) -> Self {
        let countable = |path: &str| {
            let column = layout
                .columns
                .get(path)
                .filter(|column| !matches!(column.kind, FieldKind::Text | FieldKind::GeoPoint))?;
            Some(FieldPlan { column: column.name.clone(), kind: column.kind })
        };
        let plan = match kind {
            FacetKind::Terms { field } => countable(field).map(Self::Terms),
            FacetKind::Nested { field, inner } => countable(field)
                .zip(countable(inner))
                .map(|(field, inner)| Self::Nested(field, inner)),
            FacetKind::Years { field } => countable(field)
                .filter(|field| field.kind == FieldKind::Date)
                .map(|field| Self::Years(field.column)),
        };
        plan.unwrap_or(Self::Nothing)
    }

    pub(super) fn tally(&self, reader: &SegmentReader) -> tantivy::Result<Tally> {
        let tally = match self {
            Self::Terms(field) => field
                .values(reader)?
                .map(|values| Tally::Terms { counts: Counts::of(&values), values }),
            Self::Nested(field, inner) => field
                .values(reader)?
                .map(|values| {
                    let inner = inner.values(reader)?;
                    Ok::<_, tantivy::TantivyError>(Tally::Nested {
                        counts: Counts::of(&values),
                        values,
                        inner,
                        pairs: HashMap::new(),
                    })
                })
                .transpose()?,
            Self::Years(column) => reader.fast_fields().column_opt(column)?.map(|moments| {
                Tally::Years { moments, years: HashMap::new(), of_document: Vec::new() }
            }),
            Self::Nothing => None,
        };
        Ok(tally.unwrap_or(Tally::Nothing))
    }
}

impl FieldPlan {
    fn values(&self, reader: &SegmentReader) -> tantivy::Result<Option<Values>> {
        let columns = reader.fast_fields();
        if self.kind == FieldKind::Keyword {
            return Ok(columns.str(&self.column)?.map(|words| Values {
                numbers: words.ords().clone(),
                meaning: Meaning::Keyword(words),
            }));
        }
        let meaning = Meaning::Plain(self.kind);
        Ok(columns.u64_lenient(&self.column)?.map(|(numbers, _)| Values { numbers, meaning }))
    }
}

/// The values of a field in a segment, as numbers.
pub(super) struct Values {
    numbers: Column<u64>,
    meaning: Meaning,
}

enum Meaning {
    Keyword(StrColumn),
    Plain(FieldKind),
}

impl Values {
    fn name(&self, number: u64) -> tantivy::Result<String> {
        Ok(match &self.meaning {
            Meaning::Keyword(words) => {
                let mut word = String::new();
                words.ord_to_str(number, &mut word)?;
                word
            }
            Meaning::Plain(FieldKind::Boolean) => (number != 0).to_string(),
            Meaning::Plain(FieldKind::Double) => u64_to_f64(number).to_string(),
            Meaning::Plain(_) => u64_to_i64(number).to_string(),
        })
    }
}

/// Counts by number.
pub(super) enum Counts {
    Dense(Vec<u32>),
    Sparse(HashMap<u64, u32>),
}

impl Counts {
    fn of(values: &Values) -> Self {
        match &values.meaning {
            Meaning::Keyword(words) if words.num_terms() <= 1 << 16 => {
                Self::Dense(vec![0; words.num_terms()])
            }
            _ => Self::Sparse(HashMap::new()),
        }
    }

    fn add(&mut self, number: u64) {
        match self {
            Self::Dense(counts) => {
                if let Some(count) =
                    usize::try_from(number).ok().and_then(|number| counts.get_mut(number))
                {
                    *count += 1;
                }
            }
            Self::Sparse(counts) => *counts.entry(number).or_default() += 1,
        }
    }

    fn into_counted(self) -> Vec<(u64, u32)> {
        match self {
            Self::Dense(counts) => (0..).zip(counts).filter(|(_, count)| *count > 0).collect(),
            Self::Sparse(counts) => counts.into_iter().collect(),
        }
    }
}

/// One facet in one segment.
#[expect(clippy::large_enum_variant, reason = "a handful a search, and never moved in a loop")]
pub(super) enum Tally {
    Terms {
        values: Values,
        counts: Counts,
    },
    Nested {
        values: Values,
        counts: Counts,
        inner: Option<Values>,
        pairs: HashMap<(u64, u64), u32>,
    },
    Years {
        moments: Column<i64>,
        years: HashMap<i16, u32>,
        of_document: Vec<i16>,
    },
    Nothing,
}

impl Tally {
    pub(super) fn count(&mut self, document: DocId) {
        match self {
            Self::Terms { values, counts } => {
                values.numbers.values_for_doc(document).for_each(|number| counts.add(number));
            }
            Self::Nested { values, counts, inner, pairs } => {
                for number in values.numbers.values_for_doc(document) {
                    counts.add(number);
                    for within in
                        inner.iter().flat_map(|inner| inner.numbers.values_for_doc(document))
                    {
                        *pairs.entry((number, within)).or_default() += 1;
                    }
                }
            }
            Self::Years { moments, years, of_document } => {
                of_document.clear();
                for year in moments.values_for_doc(document).filter_map(year) {
                    if !of_document.contains(&year) {
                        of_document.push(year);
                        *years.entry(year).or_default() += 1;
                    }
                }
            }
            Self::Nothing => {}
        }
    }

    pub(super) fn counted(self) -> tantivy::Result<Counted> {
        let mut counted = Counted::default();
        match self {
            Self::Nothing => {}
            Self::Terms { values, counts } => {
                for (number, count) in counts.into_counted() {
                    counted.bucket(values.name(number)?).count += u64::from(count);
                }
            }
            Self::Nested { values, counts, inner, pairs } => {
                for (number, count) in counts.into_counted() {
                    counted.bucket(values.name(number)?).count += u64::from(count);
                }
                for ((number, within), count) in pairs {
                    let Some(inner) = &inner else { continue };
                    *counted
                        .bucket(values.name(number)?)
                        .inner
                        .entry(inner.name(within)?)
                        .or_default() += u64::from(count);
                }
            }
            Self::Years { years, .. } => {
                for (year, count) in years {
                    counted.bucket(format!("{year:04}")).count += u64::from(count);
                }
            }
        }
        Ok(counted)
    }
}

fn year(moment: i64) -> Option<i16> {
    Timestamp::from_microsecond(moment).ok().map(|moment| Offset::UTC.to_datetime(moment).year())
}

/// One facet, counted in some of the segments.
#[derive(Default)]
pub(super) struct Counted(HashMap<String, Within>);

#[derive(Default)]
pub(super) struct Within {
    count: u64,
    inner: HashMap<String, u64>,
}

impl Counted {
    fn bucket(&mut self, name: String) -> &mut Within {
        self.0.entry(name).or_default()
    }

    pub(super) fn add(&mut self, other: Self) {
        for (name, within) in other.0 {
            match self.0.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(within);
                }
                Entry::Occupied(mut entry) => {
                    entry.get_mut().count += within.count;
                    for (name, count) in within.inner {
                        *entry.get_mut().inner.entry(name).or_default() += count;
                    }
                }
            }
        }
    }

    /// The most frequent values; of years, the latest.
    pub(super) fn finish(self, facet: &Facet, size: usize) -> FacetCounts {
        let buckets = self.0.into_iter().map(|(key, within)| {
            let inner = within.inner.into_iter().map(|(key, count)| Bucket {
                key,
                count,
                inner: Vec::new(),
            });
            Bucket { key, count: within.count, inner: most_frequent(inner.collect(), size) }
        });
        let mut buckets: Vec<Bucket> = buckets.collect();
        if let FacetKind::Years { .. } = facet.kind {
            buckets.sort_by(|left, right| left.key.cmp(&right.key));
            buckets.drain(..buckets.len().saturating_sub(size));
        } else {
            buckets = most_frequent(buckets, size);
        }
        FacetCounts { name: facet.name.clone(), buckets }
    }
}

fn most_frequent(mut buckets: Vec<Bucket>, size: usize) -> Vec<Bucket> {
    buckets
        .sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.key.cmp(&right.key)));
    buckets.truncate(size);
    buckets
}
