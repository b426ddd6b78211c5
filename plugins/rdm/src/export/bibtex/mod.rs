//! BibTeX.
//!
//! A record becomes the entry type that says most about it of those whose required fields it has.

mod latex;

use std::fmt::Write as _;

use repono_sdk::Value;

use crate::{edtf, html, json};
use latex::{escaped, slug, wrapped};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The longest value that stays on one line.
const LINE: usize = 50;

/// An entry type, and the fields it cannot do without.
type EntryType = (&'static str, &'static [&'static str]);

/// Entry types of each resource type, the best first.
const ENTRY_TYPES: &[(&str, &[EntryType])] = &[
    ("publication-article", &[("article", &["author", "title", "journal", "year"])]),
    (
        "publication-book",
        &[("book", &["author", "title", "publisher", "year"]), ("booklet", &["title"])],
    ),
    (
        "publication-section",
        &[("incollection", &["author", "title", "booktitle", "publisher", "year"])],
    ),
    (
        "publication-conferencepaper",
        &[
            ("inproceedings", &["author", "title", "booktitle", "year"]),
            ("proceedings", &["title", "year"]),
        ],
    ),
    ("publication-conferenceproceeding", &[("proceedings", &["title", "year"])]),
    ("publication-dissertation", &[("phdthesis", &["author", "title", "school", "year"])]),
    ("publication-thesis", &[("phdthesis", &["author", "title", "school", "year"])]),
    ("publication-technicalnote", &[("manual", &["title"])]),
    ("publication-preprint", &[("unpublished", &["author", "title", "note"])]),
    ("publication-workingpaper", &[("unpublished", &["author", "title", "note"])]),
    ("software", &[("software", &[])]),
    ("dataset", &[("dataset", &[])]),
];

/// The entry of a record.
pub(super) fn entry(record: &Value) -> String {
    let fields = fields(record);
    let kind =
        entry_type(json::at(record, "/metadata/resource_type/id").unwrap_or_default(), &fields);

    let mut entry = format!("@{kind}{{{},\n", key(record));
    for (name, value) in fields {
        // Writing to a string never fails.
        let _ = writeln!(entry, "  {name:<12} = {value},");
    }
    entry.push_str("}\n");
    entry
}

fn entry_type(resource_type: &str, fields: &[(&'static str, String)]) -> &'static str {
    let has = |name: &&str| fields.iter().any(|(field, _)| field == name);
    let of_type = ENTRY_TYPES.iter().find(|(name, _)| *name == resource_type);
    of_type
        .and_then(|(_, kinds)| kinds.iter().find(|(_, required)| required.iter().all(has)))
        .map_or("misc", |(kind, _)| kind)
}

/// Fields in the order they are written, each as it is written.
fn fields(record: &Value) -> Vec<(&'static str, String)> {
    let metadata = |path: &str| json::at(record, &format!("/metadata/{path}"));
    let custom = |path: &str| json::at(record, &format!("/custom_fields/{path}"));
    let date = metadata("publication_date").unwrap_or_default();
    let doi = json::at(record, "/pids/doi/identifier");

    let fields = [
        ("author", authors(record)),
        ("title", metadata("title").map(braced)),
        ("journal", custom("journal:journal/title").map(braced)),
        ("booktitle", custom("imprint:imprint/title").map(braced)),
        (
            "school",
            custom("thesis:thesis/university").or_else(|| custom("thesis:university")).map(braced),
        ),
        ("volume", custom("journal:journal/volume").map(braced)),
        ("number", custom("journal:journal/issue").map(braced)),
        (
            "pages",
            custom("journal:journal/pages").or_else(|| custom("imprint:imprint/pages")).map(braced),
        ),
        ("month", month(date).map(str::to_owned)),
        ("year", edtf::year(date).map(str::to_owned)),
        ("note", notes(record)),
        ("publisher", metadata("publisher").map(braced)),
        ("version", metadata("version").map(braced)),
        ("venue", custom("meeting:meeting/place").map(braced)),
        ("doi", doi.map(|doi| format!("{{{doi}}}"))),
        ("url", doi.map(|doi| format!("{{https://doi.org/{doi}}}"))),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn authors(record: &Value) -> Option<String> {
    let metadata = record.get("metadata")?;
    let names: Vec<String> = json::list(metadata, "creators")
        .filter_map(|creator| {
            let name = escaped(json::at(creator, "/person_or_org/name")?);
            let is_one = json::at(creator, "/person_or_org/type") == Some("organizational");
            // Braces keep an organisation from being taken apart into names.
            Some(if is_one && name.contains([' ', ',']) { format!("{{{name}}}") } else { name })
        })
        .collect();

    (!names.is_empty()).then(|| format!("{{{}}}", names.join(&format!(" and\n{:18}", ""))))
}

fn notes(record: &Value) -> Option<String> {
    let metadata = record.get("metadata")?;
    let notes: Vec<String> = json::list(metadata, "additional_descriptions")
        .filter(|item| json::at(item, "/type/id") == Some("other"))
        .filter_map(|item| json::at(item, "/description").map(html::plain))
        .collect();

    (!notes.is_empty()).then(|| braced(&notes.join("\n")))
}

fn month(date: &str) -> Option<&'static str> {
    let month: usize = edtf::start(date).get(5..7)?.parse().ok()?;
    MONTHS.get(month.checked_sub(1)?).copied()
}

/// A value in braces; a long one in two, with its case kept, over several lines.
fn braced(text: &str) -> String {
    let is_long = text.chars().count() > LINE;
    let text = escaped(text);
    if is_long {
        format!("{{{{{}}}}}", wrapped(&text, LINE).join(&format!("\n{:19}", "")))
    } else {
        format!("{{{text}}}")
    }
}

/// First author, year and id: `brown_2024_c5ppf-4m208`.
fn key(record: &Value) -> String {
    let name = json::at(record, "/metadata/creators/0/person_or_org/family_name")
        .or_else(|| json::at(record, "/metadata/creators/0/person_or_org/name"));
    let year = json::at(record, "/metadata/publication_date").and_then(edtf::year);
    let id = json::at(record, "/id");
    let parts: Vec<String> = [
        name.map(slug).filter(|slug| !slug.is_empty()),
        year.map(str::to_owned),
        id.map(str::to_owned),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use repono_sdk::json;

    #[test]
    fn an_article_needs_its_journal() {
        let mut record = json!({ "id": "a", "metadata": {
            "resource_type": { "id": "publication-article" }, "title": "T", "publication_date": "2020-06",
            "creators": [{ "person_or_org": { "family_name": "Kégl", "name": "Kégl, Balázs" } }],
        } });
        assert!(entry(&record).starts_with("@misc{kegl_2020_a,\n"));

        record["custom_fields"] = json!({ "journal:journal": { "title": "Annals" } });

        assert_eq!(
            entry(&record),
            "@article{kegl_2020_a,\n  author       = {Kégl, Balázs},\n  title        = {T},\n  journal      = {Annals},\n  month        = jun,\n  year         = 2020,\n}\n"
        );
    }

    #[test]
    fn long_titles_and_many_authors_take_several_lines() {
        let record = json!({ "id": "a", "metadata": {
            "title": "A title of more than fifty characters, so that it does not fit & needs two lines",
            "creators": [{ "person_or_org": { "name": "A" } }, { "person_or_org": { "type": "organizational", "name": "B & C" } }],
        } });

        assert_eq!(
            entry(&record),
            "@misc{a_a,\n  author       = {A and\n                  {B \\& C}},\n  title        = {{A title of more than fifty characters, so that it\n                   does not fit \\& needs two lines}},\n}\n"
        );
    }

    #[test]
    fn a_record_without_anything_has_an_entry_all_the_same() {
        assert_eq!(entry(&json!({})), "@misc{,\n}\n");
        assert_eq!(entry(&json!({ "metadata": [7] })), "@misc{,\n}\n");
    }
}
