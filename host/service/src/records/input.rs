//! What a depositor sent, read leniently: a bad part is a problem, not an end.

use repono_domain::{Access, Document, Files, Problem};
use serde_json::{Map, Value};

/// Members of a record that an answer has and that may be sent back: they change nothing.
const READ_ONLY: &[&str] = &[
    "id",
    "created",
    "updated",
    "links",
    "revision_id",
    "parent",
    "versions",
    "is_published",
    "is_draft",
    "expires_at",
    "status",
    "errors",
    "deletion_status",
    "stats",
    "media_files",
    "ui",
    "expanded",
    "swh",
    "$schema",
    "internal_notes",
    "tombstone",
];

/// A document as it was sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// All that could be read.
    pub document: Document,
    /// What could not.
    pub problems: Vec<Problem>,
}

impl Input {
    /// Reads the body of a request. Members of the wrong type are problems; those unknown, warnings.
    pub fn from_json(body: Map<String, Value>) -> Self {
        let mut input = Self::default();
        for (name, value) in body {
            match name.as_str() {
                "metadata" => input.document.metadata = input.object("metadata", value),
                "custom_fields" => {
                    input.document.custom_fields = input.object("custom_fields", value);
                }
                "pids" => input.document.pids = input.object("pids", value),
                "access" => input.access(value),
                "files" => input.files(value),
                name if READ_ONLY.contains(&name) => {}
                name => input.problems.push(Problem {
                    severity: repono_domain::Severity::Warning,
                    ..Problem::error(
                        format!("/{name}"),
                        "unknown-field",
                        "Unknown field name. It has not been kept.",
                    )
                }),
            }
        }
        input
    }

    fn object(&mut self, name: &str, value: Value) -> Map<String, Value> {
        match value {
            Value::Object(object) => object,
            Value::Null => Map::new(),
            _ => {
                self.problems.push(Problem::error(
                    format!("/{name}"),
                    "wrong-type",
                    "This must be an object.",
                ));
                Map::new()
            }
        }
    }

    /// Reads part by part, so that one bad member does not hide the others.
    fn access(&mut self, value: Value) {
        let Value::Object(mut object) = value else {
            if !value.is_null() {
                self.problems.push(Problem::error(
                    "/access",
                    "wrong-type",
                    "This must be an object.",
                ));
            }
            return;
        };
        object.remove("status");
        let mut access = Access::default();
        for (name, value) in object {
            let at = format!("/access/{name}");
            let outcome = match name.as_str() {
                "record" => serde_json::from_value(value).map(|value| access.record = value).map_err(|_| "Not a valid choice: use \"public\" or \"restricted\"."),
                "files" => serde_json::from_value(value).map(|value| access.files = value).map_err(|_| "Not a valid choice: use \"public\" or \"restricted\"."),
                "embargo" if value.is_null() => Ok(()),
                "embargo" => serde_json::from_value(value)
                    .map(|value| access.embargo = value)
                    .map_err(|_| "Not a valid embargo: it has \"active\" (true or false), \"until\" (a day, YYYY-MM-DD) and \"reason\" (text)."),
                _ => Err("Unknown field name."),
            };
            if let Err(message) = outcome {
                self.problems.push(Problem::error(at, "invalid", message));
            }
        }
        self.document.access = access;
    }

    fn files(&mut self, value: Value) {
        let Value::Object(mut object) = value else {
            if !value.is_null() {
                self.problems.push(Problem::error(
                    "/files",
                    "wrong-type",
                    "This must be an object.",
                ));
            }
            return;
        };
        object.retain(|name, value| {
            ["enabled", "default_preview", "order"].contains(&name.as_str()) && !value.is_null()
        });
        match serde_json::from_value::<Files>(Value::Object(object)) {
            Ok(files) => self.document.files = files,
            Err(error) => self.problems.push(Problem::error(
                "/files",
                "wrong-type",
                format!("These files settings cannot be read: {error}."),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Input {
        let Value::Object(body) = body else { panic!("an object") };
        Input::from_json(body)
    }

    #[test]
    fn what_can_be_read_is_kept_and_the_rest_is_told() {
        let input = read(
            json!({"metadata": {"title": "x"}, "access": {"record": "secret", "files": "restricted"}, "files": 7, "colour": 1, "id": "ignored"}),
        );

        let told: Vec<_> = input.problems.iter().map(|problem| problem.at.as_str()).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(["/access/record", "/files", "/colour"].iter().all(|at| told.contains(at)));
        assert_eq!(input.document.access.files, repono_domain::Visibility::Restricted);
        assert_eq!(input.document.metadata["title"], "x");
    }
}
