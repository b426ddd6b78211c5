//! How records are found: what of them is searched, and under which names.

mod document;

use repono_sdk::{Facet, Search};

pub(crate) use document::document;

/// Searched word by word.
const TEXTS: &[&str] = &[
    "title",
    "additional_titles.title",
    "description",
    "additional_descriptions.description",
    "copyright",
    "publisher",
    "resource_type.title.en",
    "creators.person_or_org.name",
    "creators.person_or_org.given_name",
    "creators.person_or_org.family_name",
    "creators.affiliations.name",
    "contributors.person_or_org.name",
    "contributors.person_or_org.given_name",
    "contributors.person_or_org.family_name",
    "contributors.affiliations.name",
    "subjects.subject",
    "languages.title.en",
    "dates.description",
    "rights.title.en",
    "locations.features.place",
    "locations.features.description",
    "funding.funder.name",
    "funding.award.title.en",
    "funding.award.program",
    "references.reference",
];

/// Searched as a whole.
const KEYWORDS: &[&str] = &[
    "resource_type.id",
    "resource_type.props.type",
    "resource_type.props.subtype",
    "additional_titles.type.id",
    "additional_titles.lang.id",
    "additional_descriptions.type.id",
    "additional_descriptions.lang.id",
    "creators.person_or_org.type",
    "creators.person_or_org.identifiers.identifier",
    "creators.person_or_org.identifiers.scheme",
    "creators.role.id",
    "creators.affiliations.id",
    "creators.affiliations.identifiers.identifier",
    "creators.affiliations.identifiers.scheme",
    "contributors.person_or_org.type",
    "contributors.person_or_org.identifiers.identifier",
    "contributors.person_or_org.identifiers.scheme",
    "contributors.role.id",
    "contributors.affiliations.id",
    "contributors.affiliations.identifiers.identifier",
    "contributors.affiliations.identifiers.scheme",
    "subjects.id",
    "subjects.scheme",
    "combined_subjects",
    "languages.id",
    "publication_interval",
    "dates.date",
    "dates.type.id",
    "version",
    "sizes",
    "formats",
    "rights.id",
    "rights.link",
    "identifiers.identifier",
    "identifiers.scheme",
    "related_identifiers.identifier",
    "related_identifiers.scheme",
    "related_identifiers.relation_type.id",
    "related_identifiers.resource_type.id",
    "locations.features.identifiers.identifier",
    "locations.features.identifiers.scheme",
    "funding.funder.id",
    "funding.award.id",
    "funding.award.number",
    "funding.award.acronym",
    "funding.award.identifiers.identifier",
    "funding.award.identifiers.scheme",
    "references.identifier",
    "references.scheme",
];

/// Searched when a query names no field; the title before all else.
const DEFAULTS: &[&str] = &[
    "title^3",
    "additional_titles.title^2",
    "creators.person_or_org.name^2",
    "subjects.subject^2",
    "description",
    "additional_descriptions.description",
    "contributors.person_or_org.name",
    "creators.affiliations.name",
    "contributors.affiliations.name",
    "publisher",
    "resource_type.title.en",
    "identifiers.identifier",
    "related_identifiers.identifier",
    "funding.funder.name",
    "funding.award.title.en",
    "funding.award.number",
    "funding.award.acronym",
    "locations.features.place",
    "references.reference",
    "version",
];

/// Short names that people write in queries, and fields they stand for.
const ALIASES: &[(&str, &str)] = &[
    ("title", "title"),
    ("description", "description"),
    ("publisher", "publisher"),
    ("publication_date", "publication_date"),
    ("version", "version"),
    ("type", "resource_type.id"),
    ("resource_type", "resource_type.id"),
    ("creators.name", "creators.person_or_org.name"),
    ("creators.given_name", "creators.person_or_org.given_name"),
    ("creators.family_name", "creators.person_or_org.family_name"),
    ("creators.orcid", "creators.person_or_org.identifiers.identifier"),
    ("creators.affiliation", "creators.affiliations.name"),
    ("contributors.name", "contributors.person_or_org.name"),
    ("contributors.affiliation", "contributors.affiliations.name"),
    ("subject", "subjects.subject"),
    ("keywords", "subjects.subject"),
    ("language", "languages.id"),
    ("license", "rights.id"),
    ("identifier", "identifiers.identifier"),
    ("related.identifier", "related_identifiers.identifier"),
    ("funder", "funding.funder.name"),
    ("award", "funding.award.number"),
    ("place", "locations.features.place"),
];

/// The collection's fields, facets and sort orders.
pub(crate) fn fields() -> Search {
    let search = TEXTS.iter().fold(Search::new(), |search, path| search.text(&metadata(path)));
    let search = KEYWORDS.iter().fold(search, |search, path| search.keyword(&metadata(path)));
    let search =
        ALIASES.iter().fold(search, |search, (name, path)| search.alias(name, &metadata(path)));
    let defaults: Vec<String> = DEFAULTS.iter().map(|path| metadata(path)).collect();

    search
        .date("metadata.publication_date")
        .geo_point("metadata.locations.points")
        .keyword("doi")
        .default_fields(defaults.iter().map(String::as_str).chain(["doi"]))
        .facet(Facet::years("publication_date", "Publication date", "metadata.publication_date"))
        .facet(
            Facet::nested(
                "resource_type",
                "Resource types",
                "metadata.resource_type.props.type",
                "metadata.resource_type.id",
            )
            .vocabulary("resourcetypes"),
        )
        .facet(Facet::terms("subject", "Subjects", "metadata.combined_subjects"))
        .facet(
            Facet::terms("language", "Languages", "metadata.languages.id").vocabulary("languages"),
        )
        .suggest(["metadata.title", "metadata.creators.person_or_org.name"])
}

fn metadata(path: &str) -> String {
    format!("metadata.{path}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use repono_sdk::Value;

    #[test]
    fn every_name_leads_to_a_field() {
        let search = fields().build();
        let is_mapped = |path: &str| {
            let field = path
                .split('.')
                .try_fold(&search["mapping"], |within, name| within.get("properties")?.get(name));
            field.and_then(|field| field.get("type")).is_some_and(Value::is_string)
        };

        for path in DEFAULTS.iter().map(|path| path.split('^').next().unwrap()) {
            assert!(is_mapped(&metadata(path)), "{path}");
        }
        for (name, path) in ALIASES {
            assert!(is_mapped(name) && is_mapped(&metadata(path)), "{name}");
        }
        for facet in search["facets"].as_array().unwrap() {
            assert!(is_mapped(facet["field"].as_str().unwrap()), "{facet}");
        }
    }
}
