//! What is wrong with a document, told to the person who can mend it.

use serde::{Deserialize, Serialize};

/// Only [`Severity::Error`] stands in the way of publishing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be mended before the document can be published.
    Error,
    /// Should be looked at.
    Warning,
    /// Good to know.
    Info,
}

/// One problem of a document, with its field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// JSON pointer from the root of the [`crate::Document`]: `/metadata/creators/0/role`.
    pub at: String,
    /// For programs: `required`, `invalid-checksum`.
    pub code: String,
    /// For the person who wrote the document.
    pub message: String,
    /// How grave it is.
    pub severity: Severity,
}

impl Problem {
    /// A problem that stands in the way of publishing.
    pub fn error(at: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            code: code.to_owned(),
            message: message.into(),
            severity: Severity::Error,
        }
    }

    /// Whether it stands in the way of publishing.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Writes a member's name as a step of a JSON pointer (RFC 6901).
pub fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Writes a JSON pointer as InvenioRDM names fields: `metadata.creators.0.role`.
pub fn dotted(pointer: &str) -> String {
    let steps = pointer.trim_start_matches('/').split('/');
    steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_written_with_dots() {
        assert_eq!(dotted("/metadata/creators/0/role"), "metadata.creators.0.role");
        assert_eq!(dotted("/custom_fields/a~1b~0c"), "custom_fields.a/b~c");
        assert_eq!(dotted(""), "");
        assert_eq!(dotted(&format!("/{}", pointer_step("a/b~c"))), "a/b~c");
    }
}
