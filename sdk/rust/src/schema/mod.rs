//! Making collections.

mod problems;
mod search;

use serde_json::{Value, json};

pub use problems::{Problem, Problems, Severity};
pub use search::{Facet, Search};

use crate::Call;

/// Makes collections: what their records are, and how they are found.
pub trait Schema {
    /// Asked once, when the plugin is installed.
    fn collections() -> Vec<Collection>;

    /// Normalises one document and finds what its JSON Schema cannot say.
    ///
    /// The body is what a depositor wrote, valid or not: `{"metadata", "custom_fields", "pids"}`.
    /// Changes to `metadata` and `custom_fields` are kept, all others ignored.
    fn check(_call: &Call, _collection: &str, _body: &mut Value, _problems: &mut Problems) {}

    /// Brings one body, shaped as for [`Schema::check`], from an older version to the current one.
    ///
    /// Called for the versions named in [`Collection::migrates_from`] only.
    fn migrate(
        _call: &Call,
        collection: &str,
        from_version: u32,
        _body: &mut Value,
        problems: &mut Problems,
    ) {
        problems.error(
            "",
            "unsupported",
            format!(
                "{collection} has no way from schema version {from_version} to the current one"
            ),
        );
    }
}

/// A collection that a [`Schema`] makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) migrates_from: Vec<u32>,
    pub(crate) json_schema: Value,
    pub(crate) search: Value,
    pub(crate) checks: bool,
    pub(crate) form: Option<Value>,
}

impl Collection {
    /// A collection served at `/api/{name}`, of version 1, that takes any object.
    ///
    /// The name is in lower case, with digits and hyphens.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: 1,
            migrates_from: Vec::new(),
            json_schema: json!({ "type": "object" }),
            search: Search::new().build(),
            checks: true,
            form: None,
        }
    }

    /// Version of the schema. A higher one than before migrates what is stored.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Older versions that [`Schema::migrate`] takes.
    #[must_use]
    pub fn migrates_from(mut self, versions: impl IntoIterator<Item = u32>) -> Self {
        self.migrates_from = versions.into_iter().collect();
        self
    }

    /// Gives the JSON Schema (2020-12) of `metadata`.
    ///
    /// A property that is named in `x-vocabulary` holds `{"id": …}` of that vocabulary;
    /// `x-vocabulary-show` lists the fields of the term that readers see beside its id.
    #[must_use]
    pub fn schema(mut self, json_schema: Value) -> Self {
        self.json_schema = json_schema;
        self
    }

    /// Says how its records are searched.
    #[must_use]
    pub fn search(mut self, search: Search) -> Self {
        self.search = search.build();
        self
    }

    /// Spares the host calling [`Schema::check`], if that does nothing for this collection.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.checks = false;
        self
    }

    /// Gives hints for deposit forms.
    #[must_use]
    pub fn form(mut self, hints: Value) -> Self {
        self.form = Some(hints);
        self
    }

    /// The JSON Schema given, for tests.
    pub fn json_schema(&self) -> &Value {
        &self.json_schema
    }

    /// The search JSON given, for tests.
    pub fn search_json(&self) -> &Value {
        &self.search
    }
}
