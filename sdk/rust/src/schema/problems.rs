//! What a person should mend in a document.

/// How bad it is. Only an error stands in the way of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Must be mended.
    Error,
    /// Should be looked at.
    Warning,
    /// Worth knowing.
    Info,
}

/// One thing that a person should mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer into the body: `/metadata/creators/0/role`.
    pub at: String,
    /// For programs, in kebab case: `invalid-checksum`.
    pub code: String,
    /// For the person who wrote the document: what is wrong and what would be right.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

/// What was found in one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what must be mended before publishing.
    pub fn error(
        &mut self,
        at: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.push(Severity::Error, at.into(), code.into(), message.into());
    }

    /// Adds what should be looked at.
    pub fn warning(
        &mut self,
        at: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.push(Severity::Warning, at.into(), code.into(), message.into());
    }

    /// Adds what is worth knowing.
    pub fn info(
        &mut self,
        at: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.push(Severity::Info, at.into(), code.into(), message.into());
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something stands in the way of publishing.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// In the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    fn push(&mut self, severity: Severity, at: String, code: String, message: String) {
        self.0.push(Problem { at, code, message, severity });
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
