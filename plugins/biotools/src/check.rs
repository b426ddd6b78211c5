//! What the JSON Schema cannot say.

use repono_sdk::{Problems, Value};

use crate::orcid;

/// Looks at a tidy document.
pub(crate) fn check(tool: &Value, problems: &mut Problems) {
    check_curie(tool, problems);
    check_dates(tool, problems);
    check_terms(tool, problems);
    check_people(tool, problems);
    check_publications(tool, problems);
    check_relations(tool, problems);
}

/// bio.tools itself has tools whose CURIE goes its own way.
fn check_curie(tool: &Value, problems: &mut Problems) {
    let (Some(curie), Some(id)) = (tool["biotoolsCURIE"].as_str(), tool["biotoolsID"].as_str())
    else {
        return;
    };
    if curie.strip_prefix("biotools:") != Some(id) {
        let message = format!("`{curie}` is not the CURIE of `{id}`, which is `biotools:{id}`.");
        problems.warning("/metadata/biotoolsCURIE", "curie-differs", message);
    }
}

fn check_dates(tool: &Value, problems: &mut Problems) {
    let (Some(added), Some(updated)) = (tool["additionDate"].as_str(), tool["lastUpdate"].as_str())
    else {
        return;
    };
    // To the second: that far, and in one zone, dates sort as text.
    if added.ends_with('Z') && updated.ends_with('Z') && added.get(..19) > updated.get(..19) {
        let message =
            format!("The last update ({updated}) cannot be before the addition ({added}).");
        problems.error("/metadata/lastUpdate", "dates-reversed", message);
    }
}

fn check_terms(tool: &Value, problems: &mut Problems) {
    check_each(&tool["topic"], "/metadata/topic", "topic", problems);
    for (i, function) in items(&tool["function"]) {
        let at = format!("/metadata/function/{i}");
        check_each(&function["operation"], &format!("{at}/operation"), "operation", problems);
        for side in ["input", "output"] {
            for (j, port) in items(&function[side]) {
                let at = format!("{at}/{side}/{j}");
                check_term(&port["data"], &format!("{at}/data"), "data", problems);
                check_each(&port["format"], &format!("{at}/format"), "format", problems);
            }
        }
    }
}

fn check_each(terms: &Value, at: &str, kind: &str, problems: &mut Problems) {
    for (i, term) in items(terms) {
        check_term(term, &format!("{at}/{i}"), kind, problems);
    }
}

/// A format where an operation should be is found by no search.
fn check_term(term: &Value, at: &str, kind: &str, problems: &mut Problems) {
    let Some(uri) = term["uri"].as_str() else { return };
    let number = uri
        .strip_prefix("http://edamontology.org/")
        .and_then(|rest| rest.strip_prefix(kind)?.strip_prefix('_'));
    if !number
        .is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let message = format!(
            "`{uri}` is no EDAM {kind}; those look like `http://edamontology.org/{kind}_0004`."
        );
        problems.error(format!("{at}/uri"), "edam-uri", message);
    }
}

fn check_people(tool: &Value, problems: &mut Problems) {
    for (i, person) in items(&tool["credit"]) {
        if let Some(orcid) = person["orcidid"].as_str()
            && !orcid::is_valid(orcid)
        {
            let message =
                format!("The check digit of {orcid} does not fit: look for a slip of the pen.");
            problems.error(format!("/metadata/credit/{i}/orcidid"), "orcid-checksum", message);
        }
        if ["name", "email", "url", "orcidid"].iter().all(|name| person[*name].is_null()) {
            problems.warning(
                format!("/metadata/credit/{i}"),
                "nobody",
                "Say who: a name, an address or an ORCID.",
            );
        }
    }
}

fn check_publications(tool: &Value, problems: &mut Problems) {
    for (i, publication) in items(&tool["publication"]) {
        if ["doi", "pmid", "pmcid"].iter().all(|name| publication[*name].is_null()) {
            let message = "Give the publication a DOI, PMID or PMCID, so that readers find it.";
            problems.warning(format!("/metadata/publication/{i}"), "no-identifier", message);
        }
    }
}

fn check_relations(tool: &Value, problems: &mut Problems) {
    for (i, relation) in items(&tool["relation"]) {
        if relation["biotoolsID"].is_string() && relation["biotoolsID"] == tool["biotoolsID"] {
            let at = format!("/metadata/relation/{i}/biotoolsID");
            problems.warning(
                at,
                "related-to-itself",
                "A tool has no relation to itself: name the other one.",
            );
        }
    }
}

fn items(list: &Value) -> impl Iterator<Item = (usize, &Value)> {
    list.as_array().into_iter().flatten().enumerate()
}

#[cfg(test)]
mod tests {
    use repono_sdk::{Problems, Severity, Value, json};

    use super::check;

    fn found(tool: &Value) -> Vec<(Severity, String, String)> {
        let mut problems = Problems::new();
        check(tool, &mut problems);
        problems.into_iter().map(|problem| (problem.severity, problem.at, problem.code)).collect()
    }

    #[test]
    fn an_update_before_the_addition_is_an_error() {
        let tool =
            json!({ "additionDate": "2020-01-02T00:00:00Z", "lastUpdate": "2020-01-01T00:00:00Z" });

        assert_eq!(
            found(&tool),
            [(Severity::Error, "/metadata/lastUpdate".to_owned(), "dates-reversed".to_owned())]
        );
    }

    #[test]
    fn an_operation_among_the_topics_is_an_error() {
        let tool = json!({ "topic": [{ "term": "Alignment", "uri": "http://edamontology.org/operation_2928" }] });

        assert_eq!(
            found(&tool),
            [(Severity::Error, "/metadata/topic/0/uri".to_owned(), "edam-uri".to_owned())]
        );
    }

    #[test]
    fn a_curie_of_another_tool_is_a_warning() {
        let tool = json!({ "biotoolsID": "blast", "biotoolsCURIE": "biotools:blat" });

        assert_eq!(
            found(&tool),
            [(Severity::Warning, "/metadata/biotoolsCURIE".to_owned(), "curie-differs".to_owned())]
        );
    }

    #[test]
    fn formats_of_inputs_are_looked_at_too() {
        let port = json!({ "data": { "uri": "http://edamontology.org/data_2044" },
                           "format": [{ "uri": "http://edamontology.org/format_19" }] });
        let tool = json!({ "function": [{ "input": [port] }] });

        assert_eq!(found(&tool)[0].1, "/metadata/function/0/input/0/format/0/uri");
    }

    #[test]
    fn a_document_of_another_shape_has_no_problems_here() {
        assert_eq!(found(&json!({ "topic": 1, "credit": { "a": 1 }, "function": [3] })), []);
    }
}
