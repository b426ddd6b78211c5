//! Bringing controlled vocabularies along.

/// Brings controlled vocabularies along.
pub trait Vocabularies {
    /// Asked once, when the plugin is installed.
    fn vocabularies() -> Vec<Vocabulary>;

    /// Entries from `offset` on, at most `limit`, as JSON texts:
    /// `{"id", "title": {"en": …}, "props": {…}, …}`.
    fn entries(name: &str, offset: usize, limit: usize) -> Vec<String>;
}

/// A vocabulary that comes with a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) entries: u32,
}

impl Vocabulary {
    /// Named as in `x-vocabulary`, with the number of its entries.
    pub fn new(name: &str, title: &str, entries: usize) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
        }
    }
}
