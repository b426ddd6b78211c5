//! What is put right without asking.

use std::collections::HashSet;

use repono_sdk::Value;

const TEXTS: [&str; 3] = ["name", "description", "homepage"];
const LISTS: [&str; 6] =
    ["topic", "toolType", "operatingSystem", "language", "collectionID", "version"];
const DATES: [&str; 2] = ["additionDate", "lastUpdate"];

/// Trims texts, drops what a list says twice, gives dates their zone and fills in the CURIE.
pub(crate) fn tidy(tool: &mut Value) {
    for name in TEXTS {
        edit(tool, name, |text| text.trim().to_owned());
    }
    for name in LISTS {
        if let Some(list) = tool.get_mut(name).and_then(Value::as_array_mut) {
            let mut seen = HashSet::new();
            list.retain(|item| seen.insert(key(item)));
        }
    }
    for name in DATES {
        edit(tool, name, with_zone);
    }
    for person in tool.get_mut("credit").and_then(Value::as_array_mut).into_iter().flatten() {
        edit(person, "orcidid", |orcid| orcid.replacen("http://", "https://", 1));
    }
    if let (None, Some(id)) =
        (tool.get("biotoolsCURIE"), tool.get("biotoolsID").and_then(Value::as_str))
    {
        tool["biotoolsCURIE"] = format!("biotools:{id}").into();
    }
}

fn edit(object: &mut Value, name: &str, edit: impl FnOnce(&str) -> String) {
    if let Some(member) = object.get_mut(name)
        && let Some(text) = member.as_str()
    {
        *member = edit(text).into();
    }
}

/// Terms with one URI are one term, whatever they are called.
fn key(item: &Value) -> String {
    item.get("uri").unwrap_or(item).to_string()
}

/// bio.tools leaves the zone out of some dates; they are UTC as all others.
fn with_zone(date: &str) -> String {
    let has_time_only = date.len() >= 19 && date.as_bytes()[10] == b'T';
    let has_zone =
        date.ends_with('Z') || date.bytes().skip(19).any(|byte| byte == b'+' || byte == b'-');
    if has_time_only && !has_zone { format!("{date}Z") } else { date.to_owned() }
}

#[cfg(test)]
mod tests {
    use repono_sdk::json;

    use super::tidy;

    #[test]
    fn topics_of_one_uri_become_one() {
        let mut tool = json!({ "topic": [
            { "term": "Genomics", "uri": "http://edamontology.org/topic_0622" },
            { "term": "Genome studies", "uri": "http://edamontology.org/topic_0622" },
        ] });

        tidy(&mut tool);

        assert_eq!(
            tool["topic"],
            json!([{ "term": "Genomics", "uri": "http://edamontology.org/topic_0622" }])
        );
    }

    #[test]
    fn the_curie_follows_from_the_id() {
        let mut tool = json!({ "biotoolsID": "blast" });

        tidy(&mut tool);

        assert_eq!(tool["biotoolsCURIE"], "biotools:blast");
    }

    #[test]
    fn a_date_without_zone_is_utc() {
        let mut tool = json!({ "additionDate": "2020-01-02T03:04:05.678901", "lastUpdate": "2020-01-02T03:04:05Z" });

        tidy(&mut tool);

        assert_eq!(tool["additionDate"], "2020-01-02T03:04:05.678901Z");
        assert_eq!(tool["lastUpdate"], "2020-01-02T03:04:05Z");
    }

    #[test]
    fn what_is_not_as_expected_stays_as_it_is() {
        let wrong = json!({ "name": 1, "topic": "x", "credit": [2], "additionDate": "soon", "biotoolsCURIE": null });
        let mut tool = wrong.clone();

        tidy(&mut tool);

        assert_eq!(tool, wrong);
    }
}
