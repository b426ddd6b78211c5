use super::{Export, parse};
use crate::raw::schema::exports::repono::plugin::schema as raw;
use crate::raw::types;
use crate::{Call, Collection, Problem, Problems, Schema, Severity, Value, log};

impl<P: Schema> raw::Guest for Export<P> {
    fn describe() -> Vec<raw::Collection> {
        log::panics();
        P::collections().into_iter().map(Into::into).collect()
    }

    fn check(
        context: types::CallContext,
        collection: String,
        docs: Vec<types::Doc>,
    ) -> Result<Vec<raw::Checked>, types::Failure> {
        log::panics();
        let call = Call::from(context);
        docs.iter()
            .map(|doc| edit(doc, |body, problems| P::check(&call, &collection, body, problems)))
            .collect()
    }

    fn migrate(
        context: types::CallContext,
        collection: String,
        from_version: u32,
        docs: Vec<types::Doc>,
    ) -> Result<Vec<raw::Checked>, types::Failure> {
        log::panics();
        let call = Call::from(context);
        docs.iter()
            .map(|doc| {
                edit(doc, |body, problems| {
                    P::migrate(&call, &collection, from_version, body, problems);
                })
            })
            .collect()
    }
}

/// Sends a body back only if it is another one than came.
fn edit(
    doc: &types::Doc,
    edit: impl FnOnce(&mut Value, &mut Problems),
) -> Result<raw::Checked, types::Failure> {
    let before = parse(&doc.body)?;
    let mut after = before.clone();
    let mut problems = Problems::new();
    edit(&mut after, &mut problems);

    Ok(raw::Checked {
        body: (after != before).then(|| after.to_string()),
        violations: problems.into_iter().map(Into::into).collect(),
    })
}

impl From<Collection> for raw::Collection {
    fn from(collection: Collection) -> Self {
        Self {
            name: collection.name,
            version: collection.version,
            migrates_from: collection.migrates_from,
            json_schema: collection.json_schema.to_string(),
            search: collection.search.to_string(),
            checks: collection.checks,
            form: collection.form.as_ref().map(Value::to_string),
            ext: None,
        }
    }
}

impl From<Problem> for types::Violation {
    fn from(problem: Problem) -> Self {
        Self {
            at: problem.at,
            code: problem.code,
            message: problem.message,
            severity: match problem.severity {
                Severity::Error => types::Severity::Error,
                Severity::Warning => types::Severity::Warning,
                Severity::Info => types::Severity::Info,
            },
        }
    }
}
