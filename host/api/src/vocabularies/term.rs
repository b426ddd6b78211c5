//! Terms as `InvenioRDM` shows them.

use repono_service::Context;
use serde_json::{Map, Value, json};

use super::known::NAMED;
use crate::extract::Chosen;

/// A term in the form that was chosen; `path` is its vocabulary's, below the API's address.
pub(super) fn shown(
    ctx: &Context,
    chosen: &Chosen,
    vocabulary: &str,
    path: &str,
    term: Value,
) -> Value {
    let Value::Object(mut term) = term else { return term };
    if *chosen == Chosen::Ui {
        return for_pages(term);
    }
    let id = term.get("id").and_then(Value::as_str).unwrap_or_default();
    let link = format!("{}/{path}/{id}", ctx.settings.api_url);
    term.insert("links".to_owned(), json!({"self": link}));
    term.entry("revision_id").or_insert(json!(1));
    if !NAMED.contains(&vocabulary) {
        term.insert("type".to_owned(), json!(vocabulary));
    }
    Value::Object(term)
}

fn for_pages(mut term: Map<String, Value>) -> Value {
    for name in ["title", "description"] {
        let texts = term.remove(name);
        let text = texts
            .as_ref()
            .and_then(|texts| texts.get("en").or_else(|| texts.as_object()?.values().next()));
        if let Some(text) = text {
            term.insert(format!("{name}_l10n"), text.clone());
        }
    }
    Value::Object(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_get_one_title() {
        let Value::Object(term) =
            json!({"id": "dataset", "title": {"de": "Datensatz", "en": "Dataset"}})
        else {
            panic!("an object")
        };

        assert_eq!(for_pages(term), json!({"id": "dataset", "title_l10n": "Dataset"}));
    }
}
