//! Controlled vocabularies, held in memory as a whole.

mod list;
mod load;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

pub use list::{TermPage, list, read, search};
pub use load::load;

/// All terms of all vocabularies. Immutable; replaced as a whole.
#[derive(Clone, Default)]
pub struct Terms {
    vocabularies: HashMap<String, Arc<Vocabulary>>,
}

/// One vocabulary.
#[derive(Default)]
pub struct Vocabulary {
    terms: Vec<Value>,
    places: HashMap<String, usize>,
}

impl Terms {
    /// Adds or replaces a vocabulary; terms without an id are passed over.
    #[must_use]
    pub fn with(mut self, name: &str, terms: Vec<Value>) -> Self {
        let mut vocabulary = Vocabulary::default();
        for term in terms {
            if let Some(id) = term.get("id").and_then(Value::as_str) {
                vocabulary.places.insert(id.to_owned(), vocabulary.terms.len());
                vocabulary.terms.push(term);
            }
        }
        self.vocabularies.insert(name.to_owned(), Arc::new(vocabulary));
        self
    }

    /// A term by its id.
    pub fn get(&self, vocabulary: &str, id: &str) -> Option<&Value> {
        self.vocabularies.get(vocabulary)?.get(id)
    }

    /// A whole vocabulary.
    pub fn vocabulary(&self, name: &str) -> Option<&Arc<Vocabulary>> {
        self.vocabularies.get(name)
    }

    /// Names, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.vocabularies.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// What people call a term, in English if there is a choice.
    pub fn label(&self, vocabulary: &str, id: &str) -> Option<String> {
        let term = self.get(vocabulary, id)?;
        let title = term.get("title").and_then(Value::as_object);
        let title = title
            .and_then(|titles| titles.get("en").or_else(|| titles.values().next()))
            .or_else(|| term.get("name"));
        title.and_then(Value::as_str).map(str::to_owned)
    }
}

impl Vocabulary {
    /// A term by its id.
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.places.get(id).map(|place| &self.terms[*place])
    }

    /// All terms in their order.
    pub fn terms(&self) -> &[Value] {
        &self.terms
    }
}
