//! Queries of all kinds, of words and values that the documents have.

use std::collections::BTreeSet;

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use repono_service::ports::SortKey;
use repono_service::query::{Bound, Query};
use serde_json::Value;

use super::documents::{DATES, KEYWORDS, LONGS, TEXTS};

/// What people write.
pub(super) const WRITTEN: &[&str] = &[
    "cms",
    "LHCb 2011",
    "\"proton-proton collisions\"",
    "\"collisions proton\"~3",
    "title:LHCb AND NOT metadata.publisher:x",
    "title:(lhcb OR cms) +metadata.publication_date:[2014 TO 2020]",
    "metadata.publication_date:2023",
    "metadata.publication_date:>2016",
    "additionDate:[2015-01 TO 2015-02-10}",
    "genom* -linux",
    "clusterz~",
    "alignment~2 AND operatingSystem:Linux",
    "topic.term:\"Gene expression\"",
    "_exists_:license",
    "-_exists_:license",
    "publication.metadata.citationCount:[100 TO *]",
    "publication.metadata.citationCount:<3.5",
    "operatingSystem:L*x",
    "name:?last*^4 OR blast",
    "size:2.25",
    "size:{0 TO 10]",
    "open:true",
    "protéine structure prédiction",
    "10.7483/OPENDATA.LHCB.GIMJ.WPOE",
    "C++ library",
    "the of and",
    "RNA-Seq",
    "\"RNA-Seq data\"",
    "*",
    "nowhere:x OR cms",
];

/// Where parts of queries come from.
pub(super) struct Source {
    words: Vec<String>,
    sentences: Vec<String>,
    keywords: Vec<String>,
}

impl Source {
    pub(super) fn new(documents: &[(String, Value)]) -> Self {
        let (mut words, mut sentences, mut keywords) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (_, body) in documents.iter().step_by(17) {
            collect(body, &mut |text| {
                if text.contains(' ') && text.len() < 2_000 {
                    sentences.insert(text.to_owned());
                    words.extend(text.split_whitespace().take(30).map(str::to_owned));
                } else if text.len() < 100 {
                    keywords.insert(text.to_owned());
                }
            });
        }
        for path in KEYWORDS {
            for (_, body) in documents.iter().step_by(29) {
                let pointer = format!("/{}", path.replace('.', "/"));
                if let Some(value) = body.pointer(&pointer) {
                    collect(value, &mut |text| keywords.extend([text.to_owned()]));
                }
            }
        }
        Self {
            words: words.into_iter().collect(),
            sentences: sentences.into_iter().collect(),
            keywords: keywords.into_iter().collect(),
        }
    }

    pub(super) fn query(&self, random: &mut StdRng, depth: u32) -> Query {
        let kinds = if depth == 0 { 10 } else { 16 };
        match random.random_range(0..kinds) {
            0 => Query::Words { fields: fields(random), text: self.some_words(random) },
            1 => Query::Phrase {
                fields: fields(random),
                text: self.sequence(random),
                slop: random.random_range(0..5),
            },
            2 => Query::Term { field: any_field(random), value: self.value(random) },
            3 => Query::Wildcard { fields: fields(random), pattern: self.pattern(random) },
            4 => Query::Fuzzy {
                fields: fields(random),
                word: self.word(random),
                distance: random.random_range(1..3),
            },
            5 => self.range(random),
            6 => Query::Exists { field: any_field(random) },
            7 => geo(random),
            8 => Query::All,
            9 if random.random_bool(0.2) => Query::Nothing,
            9 => Query::Words { fields: fields(random), text: self.word(random) },
            10 => {
                Query::Boost(Box::new(self.query(random, depth - 1)), random.random_range(0.0..9.0))
            }
            _ => {
                let mut some = |most: usize| -> Vec<Query> {
                    (0..random.random_range(0..=most))
                        .map(|_| self.query(random, depth - 1))
                        .collect()
                };
                Query::Bool { must: some(2), should: some(3), must_not: some(1) }
            }
        }
    }

    fn word(&self, random: &mut StdRng) -> String {
        self.words.choose(random).unwrap().clone()
    }

    fn some_words(&self, random: &mut StdRng) -> String {
        let count = random.random_range(1..4);
        (0..count).map(|_| self.word(random)).collect::<Vec<_>>().join(" ")
    }

    /// Neighbours in a text, sometimes the wrong way round.
    fn sequence(&self, random: &mut StdRng) -> String {
        let sentence = self.sentences.choose(random).unwrap();
        let words: Vec<_> = sentence.split_whitespace().collect();
        let start = random.random_range(0..words.len());
        let end = (start + random.random_range(1..4)).min(words.len());
        let mut part = words[start..end].to_vec();
        if random.random_bool(0.3) {
            part.reverse();
        }
        part.join(" ")
    }

    fn value(&self, random: &mut StdRng) -> String {
        match random.random_range(0..6) {
            0 => random.random_range(-3..20).to_string(),
            1 => date(random),
            2 => random.random_bool(0.5).to_string(),
            3 => self.word(random),
            _ => self.keywords.choose(random).unwrap().clone(),
        }
    }

    fn pattern(&self, random: &mut StdRng) -> String {
        let source = if random.random_bool(0.5) { &self.words } else { &self.keywords };
        let characters: Vec<char> = source.choose(random).unwrap().chars().collect();
        let mut pattern = String::new();
        for character in characters.iter().take(40) {
            match random.random_range(0..12) {
                0 => pattern.push('?'),
                1 => pattern.push('*'),
                _ if matches!(character, '*' | '?' | '\\') => {
                    pattern.push('\\');
                    pattern.push(*character);
                }
                _ => pattern.push(*character),
            }
        }
        if random.random_bool(0.5) {
            pattern.push('*');
        }
        pattern
    }

    fn range(&self, random: &mut StdRng) -> Query {
        let paths = [KEYWORDS, DATES, LONGS, TEXTS, &["size", "open", "place", "nowhere"]];
        let field = (*paths.choose(random).unwrap().choose(random).unwrap()).to_owned();
        let value = |random: &mut StdRng| {
            if DATES.contains(&field.as_str()) {
                date(random)
            } else if LONGS.contains(&field.as_str()) || field == "size" {
                let numbers =
                    ["-2", "0", "1", "2.5", "40", "1e3", "3.0", "-1e400", "1e400", "NaN", "x"];
                (*numbers.choose(random).unwrap()).to_owned()
            } else {
                self.value(random)
            }
        };
        let bound = |random: &mut StdRng| match random.random_range(0..5) {
            0 => Bound::Open,
            1 | 2 => Bound::Included(value(random)),
            _ => Bound::Excluded(value(random)),
        };
        Query::Range { from: bound(random), to: bound(random), field: field.clone() }
    }
}

pub(super) fn sort(random: &mut StdRng) -> Vec<SortKey> {
    let sortable = [KEYWORDS, DATES, LONGS, &["size", "open", "nowhere"]].concat();
    let key = |random: &mut StdRng| {
        let field = (*sortable.choose(random).unwrap()).to_owned();
        match random.random_range(0..7) {
            0 => SortKey::Score,
            1..4 => SortKey::Ascending(field),
            _ => SortKey::Descending(field),
        }
    };
    (0..random.random_range(0..4)).map(|_| key(random)).collect()
}

fn collect(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, take)),
        Value::Object(members) => members.values().for_each(|member| collect(member, take)),
        _ => {}
    }
}

fn any_field(random: &mut StdRng) -> String {
    let paths = [TEXTS, KEYWORDS, DATES, LONGS, &["size", "open", "place", "nowhere", "credit"]];
    (*paths.choose(random).unwrap().choose(random).unwrap()).to_owned()
}

fn fields(random: &mut StdRng) -> Vec<(String, f32)> {
    let count = random.random_range(1..4);
    let field = |random: &mut StdRng| {
        let path = if random.random_bool(0.7) {
            (*TEXTS.choose(random).unwrap()).to_owned()
        } else {
            any_field(random)
        };
        (path, if random.random_bool(0.5) { 1.0 } else { random.random_range(0.1..5.0) })
    };
    (0..count).map(|_| field(random)).collect()
}

fn date(random: &mut StdRng) -> String {
    let (year, month, day) =
        (random.random_range(2008..2025), random.random_range(1..13), random.random_range(1..29));
    match random.random_range(0..5) {
        0 | 1 => year.to_string(),
        2 => format!("{year}-{month:02}"),
        3 => format!("{year}-{month:02}-{day:02}"),
        _ => format!("{year}-{month:02}-{day:02}T12:30:00Z"),
    }
}

fn geo(random: &mut StdRng) -> Query {
    let field = "place".to_owned();
    if random.random_bool(0.5) {
        let metres = [0.0, 5e4, 1e6, 7e6, 2.1e7, 1e9];
        return Query::GeoDistance {
            field,
            lat: random.random_range(-90.0..=90.0),
            lon: random.random_range(-180.0..=180.0),
            metres: *metres.choose(random).unwrap(),
        };
    }
    let (one, other) = (random.random_range(-95.0_f64..95.0), random.random_range(-95.0_f64..95.0));
    Query::GeoBox {
        field,
        north: one.max(other),
        south: one.min(other),
        west: random.random_range(-200.0..200.0),
        east: random.random_range(-200.0..200.0),
    }
}
