//! How tools are found.

use repono_sdk::{Facet, Search};

const TEXTS: [&str; 8] = [
    "metadata.name",
    "metadata.description",
    "metadata.credit.name",
    "metadata.documentation.note",
    "metadata.function.note",
    "metadata.publication.metadata.title",
    "metadata.publication.metadata.abstract",
    "metadata.publication.metadata.authors.name",
];

const KEYWORDS: [&str; 36] = [
    "metadata.accessibility",
    "metadata.biotoolsCURIE",
    "metadata.biotoolsID",
    "metadata.collectionID",
    "metadata.confidence_flag",
    "metadata.cost",
    "metadata.credit.orcidid",
    "metadata.credit.rorid",
    "metadata.credit.typeEntity",
    "metadata.credit.typeRole",
    "metadata.elixirCommunity",
    "metadata.elixirNode",
    "metadata.elixirPlatform",
    "metadata.function.input.data.term",
    "metadata.function.input.data.uri",
    "metadata.function.input.format.term",
    "metadata.function.operation.term",
    "metadata.function.operation.uri",
    "metadata.function.output.data.term",
    "metadata.function.output.data.uri",
    "metadata.function.output.format.term",
    "metadata.homepage",
    "metadata.language",
    "metadata.license",
    "metadata.maturity",
    "metadata.operatingSystem",
    "metadata.owner",
    "metadata.publication.doi",
    "metadata.publication.metadata.journal",
    "metadata.publication.pmcid",
    "metadata.publication.pmid",
    "metadata.relation.biotoolsID",
    "metadata.toolType",
    "metadata.topic.term",
    "metadata.topic.uri",
    "metadata.version",
];

const FACETS: [(&str, &str, &str); 12] = [
    ("topic", "Topics", "metadata.topic.term"),
    ("operation", "Operations", "metadata.function.operation.term"),
    ("tool_type", "Tool types", "metadata.toolType"),
    ("operating_system", "Operating systems", "metadata.operatingSystem"),
    ("language", "Languages", "metadata.language"),
    ("license", "Licences", "metadata.license"),
    ("maturity", "Maturity", "metadata.maturity"),
    ("cost", "Cost", "metadata.cost"),
    ("accessibility", "Accessibility", "metadata.accessibility"),
    ("collection_id", "Collections", "metadata.collectionID"),
    ("elixir_node", "ELIXIR nodes", "metadata.elixirNode"),
    ("journal", "Journals", "metadata.publication.metadata.journal"),
];

/// Sorts by name with the ID, which bio.tools derives from the name.
pub(crate) fn search() -> Search {
    let search = TEXTS.into_iter().fold(Search::new(), Search::text);
    let search = KEYWORDS.into_iter().fold(search, Search::keyword);
    let search = FACETS.into_iter().fold(search, |search, (name, title, field)| {
        search.facet(Facet::terms(name, title, field))
    });

    search
        .date("metadata.additionDate")
        .date("metadata.lastUpdate")
        .date("metadata.publication.metadata.date")
        .long("metadata.publication.metadata.citationCount")
        .facet(Facet::years("added", "Added", "metadata.additionDate"))
        .facet(Facet::years("updated", "Last updated", "metadata.lastUpdate"))
        .default_fields([
            "metadata.name^5",
            "metadata.description^2",
            "metadata.publication.metadata.title",
            "metadata.publication.metadata.abstract",
            "metadata.function.note",
            "metadata.credit.name",
        ])
        .sort("name", "Name", ["metadata.biotoolsID"])
        .sort("last-update", "Last update", ["-metadata.lastUpdate"])
        .sort("most-cited", "Most cited", ["-metadata.publication.metadata.citationCount"])
        .suggest(["metadata.name"])
}
