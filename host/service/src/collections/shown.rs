//! Metadata as it is shown: with what is known of the vocabulary terms it names.
//!
//! Terms are put in while the text is written. A tree of its own for every reading would take longer
//! than reading itself.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::schema::{Reference, Step};
use crate::vocabularies::Terms;

/// How much of a term is shown beside its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What the schema lists, for people.
    Listed,
    /// All of it, for plugins.
    Whole,
}

/// References by where they stand.
#[derive(Debug, Default)]
pub(super) struct Places {
    here: Vec<Reference>,
    members: BTreeMap<String, Places>,
    each: Option<Box<Places>>,
}

impl Places {
    pub(super) fn new(references: &[Reference]) -> Self {
        let mut root = Self::default();
        for reference in references {
            let place = reference.path.iter().fold(&mut root, |place, step| match step {
                Step::Member(name) => place.members.entry(name.clone()).or_default(),
                Step::Each => place.each.get_or_insert_default(),
            });
            place.here.push(reference.clone());
        }
        root
    }
}

/// Metadata, to be written with its terms.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub(super) metadata: &'a Map<String, Value>,
    pub(super) places: &'a Places,
    pub(super) terms: &'a Terms,
    pub(super) extent: Extent,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { metadata, places, terms, extent } = *self;
        At { places, terms, extent }.object(metadata, serializer)
    }
}

/// Somewhere within.
#[derive(Clone, Copy)]
struct At<'a> {
    places: &'a Places,
    terms: &'a Terms,
    extent: Extent,
}

impl<'a> At<'a> {
    fn object<S: Serializer>(
        self,
        object: &'a Map<String, Value>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let added = self.added(object);
        let mut written = serializer.serialize_map(None)?;
        let own = object.iter().filter(|(name, _)| added.iter().all(|(other, _)| other != name));
        for (name, value) in own.chain(added.iter().copied()) {
            match self.places.members.get(name) {
                Some(places) => {
                    written
                        .serialize_entry(name, &Within { at: Self { places, ..self }, value })?;
                }
                None => written.serialize_entry(name, value)?,
            }
        }
        written.end()
    }

    /// What is known of the terms that this object names; each name once, the last reference's.
    fn added(self, object: &Map<String, Value>) -> Vec<(&'a String, &'a Value)> {
        let mut added: Vec<(&String, &Value)> = Vec::new();
        let Some(Value::String(id)) = object.get("id") else { return added };
        for reference in &self.places.here {
            let Some(Value::Object(term)) = self.terms.get(&reference.vocabulary, id) else {
                continue;
            };
            let is_shown = |name: &String| {
                name != "id" && (self.extent == Extent::Whole || reference.show.contains(name))
            };
            for (name, value) in term.iter().filter(|(name, _)| is_shown(name)) {
                added.retain(|(other, _)| *other != name);
                added.push((name, value));
            }
        }
        added
    }
}

struct Within<'a> {
    at: At<'a>,
    value: &'a Value,
}

impl Serialize for Within<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.value, &self.at.places.each) {
            (Value::Object(object), _) => self.at.object(object, serializer),
            (Value::Array(items), Some(places)) => {
                let at = At { places, ..self.at };
                serializer.collect_seq(items.iter().map(|value| Within { at, value }))
            }
            (value, _) => value.serialize(serializer),
        }
    }
}
