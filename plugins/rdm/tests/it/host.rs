//! What the host does with what the plugin says: checks schemas, shows terms.

use std::collections::HashMap;

use jsonschema::Validator;
use rdm::Rdm;
use repono_sdk::{
    Call, Exporter as _, Indexer as _, Problems, Schema as _, Value, Vocabularies as _, serde_json,
};

/// A host with this one plugin.
pub(crate) struct Host {
    validator: Validator,
    schema: Value,
    terms: HashMap<String, HashMap<String, Value>>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let collections = Rdm::collections();
        let schema = collections[0].json_schema().clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let mut host = Self { validator, terms: HashMap::new(), schema };
        let mut names = Vec::new();
        vocabularies(&host.schema, &mut names);
        for name in names {
            let terms = Rdm::entries(&name, 0, usize::MAX).into_iter().map(|entry| {
                let entry: Value = serde_json::from_str(&entry).unwrap();
                (entry["id"].as_str().unwrap().to_owned(), entry)
            });
            host.terms.insert(name, terms.collect());
        }
        host
    }

    /// Checks a body as for publishing, and tells every problem.
    pub(crate) fn check(&self, body: &mut Value) -> Vec<String> {
        let mut problems = Problems::new();
        Rdm::check(&Call::default(), "records", body, &mut problems);
        let said = problems.iter().map(|problem| format!("{}: {}", problem.at, problem.message));
        let mut found: Vec<String> = said.collect();
        let metadata = &body["metadata"];
        found.extend(
            self.validator
                .iter_errors(metadata)
                .map(|error| format!("/metadata{}: {error}", error.instance_path())),
        );
        let mut shown = metadata.clone();
        self.show(&self.schema, &mut shown, &mut found);
        found
    }

    /// Shows all of every term, as to an exporter.
    pub(crate) fn with_terms(&self, record: &Value) -> Value {
        let mut record = record.clone();
        let mut missing = Vec::new();
        self.show(&self.schema, &mut record["metadata"], &mut missing);
        assert_eq!(missing, Vec::<String>::new());
        record
    }

    fn show(&self, schema: &Value, value: &mut Value, missing: &mut Vec<String>) {
        let schema = self.resolved(schema);
        if let Some(name) = schema["x-vocabulary"].as_str()
            && let Some(id) = value.get("id").and_then(Value::as_str)
        {
            match self.terms[name].get(id) {
                Some(term) => *value = term.clone(),
                None => missing.push(format!("no {id} in {name}")),
            }
            return;
        }
        if let Value::Array(items) = value {
            for item in items {
                self.show(&schema["items"], item, missing);
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(member) = value.get_mut(name) {
                self.show(property, member, missing);
            }
        }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema["$ref"]
            .as_str()
            .and_then(|target| self.schema.pointer(target.trim_start_matches('#')));
        target.unwrap_or(schema)
    }
}

/// Writes a record in a format.
pub(crate) fn export(format: &str, record: &Value) -> String {
    String::from_utf8(Rdm::serialise(&Call::default(), format, record).unwrap()).unwrap()
}

/// The search document of a record.
pub(crate) fn index(record: &Value) -> Value {
    Rdm::transform(&Call::default(), "records", record.clone()).unwrap()
}

fn vocabularies(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            names.extend(members.get("x-vocabulary").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| vocabularies(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| vocabularies(item, names)),
        _ => {}
    }
}
