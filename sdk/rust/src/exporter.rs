//! Writing records in other formats.

use serde_json::Value;

use crate::Call;

/// Writes records in other formats.
pub trait Exporter {
    /// Asked once, when the plugin is installed.
    fn formats() -> Vec<Format>;

    /// Writes one record, given whole and as readers see it, with the fields of its vocabulary terms.
    ///
    /// The error is for the person who asked, about this record alone.
    fn serialise(call: &Call, format: &str, record: &Value) -> Result<Vec<u8>, String>;
}

/// A format that an [`Exporter`] writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    pub(crate) id: String,
    pub(crate) media_type: String,
    pub(crate) extension: String,
    pub(crate) collections: Vec<String>,
    pub(crate) list: Option<(String, String, String)>,
}

impl Format {
    /// A format of single records, for every collection; the extension is without the dot.
    pub fn new(id: &str, media_type: &str, extension: &str) -> Self {
        Self {
            id: id.to_owned(),
            media_type: media_type.to_owned(),
            extension: extension.to_owned(),
            collections: Vec::new(),
            list: None,
        }
    }

    /// Keeps it to these collections.
    #[must_use]
    pub fn collections<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.collections = names.into_iter().map(str::to_owned).collect();
        self
    }

    /// Lets it write lists of records, with this text before, between and after them.
    #[must_use]
    pub fn list(mut self, before: &str, between: &str, after: &str) -> Self {
        self.list = Some((before.to_owned(), between.to_owned(), after.to_owned()));
        self
    }
}
