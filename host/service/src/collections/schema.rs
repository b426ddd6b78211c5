//! A JSON Schema, compiled, with the vocabulary references it names.

use std::sync::Arc;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use repono_domain::{Problem, pointer_step};
use serde_json::{Map, Value};

use super::shown::{Extent, Places, Shown};
use crate::vocabularies::Terms;

/// The most problems told of one document: the rest is more of the same.
const MAX_PROBLEMS: usize = 200;

/// A step on the way to a vocabulary reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the member of this name.
    Member(String),
    /// Into every element of a list.
    Each,
}

/// Where a schema refers to a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// From the metadata's root.
    pub path: Vec<Step>,
    /// Which vocabulary.
    pub vocabulary: String,
    /// What readers see of a term beside its id.
    pub show: Vec<String>,
}

/// A collection's schema, ready for use. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    validator: Arc<Validator>,
    references: Arc<[Reference]>,
    places: Arc<Places>,
}

impl Schema {
    /// Compiles the schema of `/metadata`.
    ///
    /// # Errors
    /// A sentence for the plugin's author.
    pub fn compile(schema: &Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| {
                format!("its JSON Schema cannot be compiled: {error} at {}", error.instance_path())
            })?;
        let mut references = Vec::new();
        find_references(schema, schema, &mut Vec::new(), &mut references, 0);
        references.sort_by_key(|reference: &Reference| reference.path.len());
        references.dedup();
        let places = Arc::new(Places::new(&references));
        Ok(Self { validator: Arc::new(validator), references: references.into(), places })
    }

    /// Where it refers to vocabularies.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Every problem of `value`: what the schema says, and terms that do not exist. `root` is where
    /// the value stands, as a JSON pointer.
    pub fn problems(&self, root: &str, value: &Value, terms: &Terms) -> Vec<Problem> {
        let mut problems = Vec::new();
        for error in self.validator.iter_errors(value).take(MAX_PROBLEMS) {
            describe(&error, root, &mut problems);
        }
        for reference in self.references.iter() {
            visit(value, &reference.path, &mut root.to_owned(), &mut |value, at| {
                let Some(id) = value.get("id").and_then(Value::as_str) else { return };
                if terms.get(&reference.vocabulary, id).is_none() && problems.len() < MAX_PROBLEMS {
                    let message =
                        format!("There is no {id:?} in the vocabulary {}.", reference.vocabulary);
                    problems.push(Problem::error(format!("{at}/id"), "unknown-term", message));
                }
            });
        }
        problems
    }

    /// Takes away what a reader was shown beside the ids of terms, so that an answer can be sent back.
    pub fn forget_shown(&self, metadata: &mut Value) {
        for reference in self.references.iter() {
            visit_mut(metadata, &reference.path, &mut |value| {
                if let Value::Object(object) = value
                    && object.contains_key("id")
                {
                    object.retain(|name, _| !reference.show.contains(name));
                }
            });
        }
    }

    /// Metadata, to be written with what is known of the terms that it names.
    pub fn shown<'a>(
        &'a self,
        metadata: &'a Map<String, Value>,
        terms: &'a Terms,
        extent: Extent,
    ) -> Shown<'a> {
        Shown { metadata, places: &self.places, terms, extent }
    }
}

/// Walks `value` along `path`; what does not fit the path is passed over.
fn visit<'a>(
    value: &'a Value,
    path: &[Step],
    at: &mut String,
    act: &mut impl FnMut(&'a Value, &str),
) {
    let Some((step, rest)) = path.split_first() else { return act(value, at) };
    let length = at.len();
    match (step, value) {
        (Step::Member(name), Value::Object(object)) => {
            if let Some(member) = object.get(name) {
                at.push('/');
                at.push_str(name);
                visit(member, rest, at, act);
            }
        }
        (Step::Each, Value::Array(list)) => {
            for (index, element) in list.iter().enumerate() {
                at.push('/');
                at.push_str(&index.to_string());
                visit(element, rest, at, act);
                at.truncate(length);
            }
        }
        _ => {}
    }
    at.truncate(length);
}

fn visit_mut(value: &mut Value, path: &[Step], act: &mut impl FnMut(&mut Value)) {
    let Some((step, rest)) = path.split_first() else { return act(value) };
    match (step, value) {
        (Step::Member(name), Value::Object(object)) => {
            if let Some(member) = object.get_mut(name) {
                visit_mut(member, rest, act);
            }
        }
        (Step::Each, Value::Array(list)) => {
            for element in list {
                visit_mut(element, rest, act);
            }
        }
        _ => {}
    }
}

/// Collects `x-vocabulary` along properties, items, local `$ref`s and the branches of combinators.
fn find_references(
    root: &Value,
    schema: &Value,
    path: &mut Vec<Step>,
    found: &mut Vec<Reference>,
    depth: usize,
) {
    let Value::Object(object) = schema else { return };
    // A schema that refers to itself would be walked for ever.
    if depth > 16 {
        return;
    }
    if let Some(vocabulary) = object.get("x-vocabulary").and_then(Value::as_str) {
        let show = object.get("x-vocabulary-show").and_then(Value::as_array).into_iter().flatten();
        let show = show.filter_map(Value::as_str).map(str::to_owned).collect();
        found.push(Reference { path: path.clone(), vocabulary: vocabulary.to_owned(), show });
    }
    if let Some(target) =
        object.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'))
        && let Some(target) = root.pointer(target)
    {
        find_references(root, target, path, found, depth + 1);
    }
    for (name, property) in
        object.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        path.push(Step::Member(name.clone()));
        find_references(root, property, path, found, depth + 1);
        path.pop();
    }
    if let Some(items) = object.get("items") {
        path.push(Step::Each);
        find_references(root, items, path, found, depth + 1);
        path.pop();
    }
    for combinator in ["allOf", "anyOf", "oneOf"] {
        for branch in object.get(combinator).and_then(Value::as_array).into_iter().flatten() {
            find_references(root, branch, path, found, depth + 1);
        }
    }
    for branch in ["then", "else"] {
        if let Some(branch) = object.get(branch) {
            find_references(root, branch, path, found, depth + 1);
        }
    }
}

/// Says in the words of forms what the validator found, at the field that has to be mended.
fn describe(error: &jsonschema::ValidationError<'_>, prefix: &str, problems: &mut Vec<Problem>) {
    let at = format!("{prefix}{}", error.instance_path());
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            problems.push(Problem::error(
                format!("{at}/{}", pointer_step(name)),
                "required",
                "Missing data for required field.",
            ));
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                problems.push(Problem::error(
                    format!("{at}/{}", pointer_step(name)),
                    "unknown-field",
                    "Unknown field name.",
                ));
            }
        }
        ValidationErrorKind::Type { .. } => {
            problems.push(Problem::error(
                at,
                "wrong-type",
                format!("{}.", capital(&shortened(error))),
            ));
        }
        kind => problems.push(Problem::error(
            at,
            &kebab(kind.keyword()),
            format!("{}.", capital(&shortened(error))),
        )),
    }
}

/// The validator's sentence without the whole of a large value in it.
fn shortened(error: &jsonschema::ValidationError<'_>) -> String {
    let instance = error.instance().to_string();
    let sentence = error.to_string();
    if instance.len() <= 80 { sentence } else { sentence.replace(&instance, "This value") }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

fn kebab(keyword: &str) -> String {
    keyword.chars().fold(String::new(), |mut text, character| {
        if character.is_uppercase() {
            text.push('-');
        }
        text.extend(character.to_lowercase());
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        Schema::compile(&json!({
            "type": "object",
            "required": ["title"],
            "additionalProperties": false,
            "properties": {
                "title": {"type": "string", "minLength": 3},
                "creators": {"type": "array", "items": {"$ref": "#/$defs/creator"}},
            },
            "$defs": {
                "creator": {"type": "object", "properties": {"role": {"x-vocabulary": "roles", "x-vocabulary-show": ["title"]}}},
            },
        }))
        .unwrap()
    }

    fn terms() -> Terms {
        Terms::default().with(
            "roles",
            vec![json!({"id": "editor", "title": {"en": "Editor"}, "props": {"marc": "edt"}})],
        )
    }

    #[test]
    fn every_problem_is_told_at_its_field() {
        let metadata = json!({"titel": "x", "creators": [{"role": {"id": "editor"}}, {"role": {"id": "nobody"}}, 7]});

        let problems = schema().problems("/metadata", &metadata, &terms());

        let mut told: Vec<_> =
            problems.iter().map(|problem| format!("{} {}", problem.at, problem.code)).collect();
        told.sort();
        assert_eq!(
            told,
            [
                "/metadata/creators/1/role/id unknown-term",
                "/metadata/creators/2 wrong-type",
                "/metadata/titel unknown-field",
                "/metadata/title required"
            ]
        );
    }

    fn shown(metadata: &Value, extent: Extent) -> Value {
        let (schema, terms) = (schema(), terms());
        let shown = schema.shown(metadata.as_object().unwrap(), &terms, extent);
        serde_json::to_value(shown).unwrap()
    }

    #[test]
    fn terms_are_shown_and_forgotten() {
        let role = json!({"id": "editor", "title": "mine", "note": 1});
        let stored =
            json!({"title": "abc", "creators": [{"role": role}, {"role": {"id": "x"}}, 7]});

        let mut listed = shown(&stored, Extent::Listed);
        assert_eq!(
            listed["creators"],
            json!([
                {"role": {"id": "editor", "title": {"en": "Editor"}, "note": 1}},
                {"role": {"id": "x"}},
                7
            ])
        );
        assert_eq!(shown(&stored, Extent::Whole)["creators"][0]["role"]["props"]["marc"], "edt");

        schema().forget_shown(&mut listed);
        assert_eq!(listed["creators"][0]["role"], json!({"id": "editor", "note": 1}));
        assert_eq!(listed["title"], stored["title"]);
    }

    #[test]
    fn a_large_value_is_not_repeated_in_the_message() {
        let problems =
            schema().problems("/metadata", &json!({"title": vec!["a long value"; 1000]}), &terms());

        assert!(problems[0].message.len() < 200, "{}", problems[0].message);
    }
}
