//! How records are found. What is under `metadata.derived` comes from [`crate::index`].

use repono_sdk::{Facet, Search};

const TEXTS: [&str; 9] = [
    "metadata.authors.name",
    "metadata.collaboration.name",
    "metadata.derived.abstract",
    "metadata.methodology.description",
    "metadata.note.description",
    "metadata.title",
    "metadata.title_additional",
    "metadata.usage.description",
    "metadata.dataset_semantics.description",
];

const KEYWORDS: [&str; 33] = [
    "metadata.accelerator",
    "metadata.authors.inspireid",
    "metadata.authors.orcid",
    "metadata.categories.primary",
    "metadata.categories.secondary",
    "metadata.cms_confdb_id",
    "metadata.collections",
    "metadata.dataset_semantics.variable",
    "metadata.derived.collision_type",
    "metadata.derived.energy",
    "metadata.derived.title_sort",
    "metadata.distribution.formats",
    "metadata.doi",
    "metadata.experiment",
    "metadata.keywords",
    "metadata.language",
    "metadata.license.attribution",
    "metadata.magnet_polarity",
    "metadata.methodology.steps.generators",
    "metadata.methodology.steps.release",
    "metadata.publisher",
    "metadata.recid",
    "metadata.relations.doi",
    "metadata.relations.recid",
    "metadata.run_numbers",
    "metadata.run_period",
    "metadata.signature",
    "metadata.stripping.stream",
    "metadata.stripping.version",
    "metadata.system_details.global_tag",
    "metadata.system_details.release",
    "metadata.type.primary",
    "metadata.type.secondary",
];

const FACETS: [(&str, &str, &str); 12] = [
    ("experiment", "Experiments", "metadata.experiment"),
    ("collision_energy", "Collision energies", "metadata.derived.energy"),
    ("collision_type", "Collision types", "metadata.derived.collision_type"),
    ("accelerator", "Accelerators", "metadata.accelerator"),
    ("category", "Categories", "metadata.categories.primary"),
    ("keywords", "Keywords", "metadata.keywords"),
    ("file_type", "File types", "metadata.distribution.formats"),
    ("run_period", "Run periods", "metadata.run_period"),
    ("magnet_polarity", "Magnet polarities", "metadata.magnet_polarity"),
    ("license", "Licences", "metadata.license.attribution"),
    ("collections", "Collections", "metadata.collections"),
    ("publisher", "Publishers", "metadata.publisher"),
];

pub(crate) fn search() -> Search {
    let search = TEXTS.into_iter().fold(Search::new(), Search::text);
    let search = KEYWORDS.into_iter().fold(search, Search::keyword);
    let search = search.facet(Facet::nested(
        "type",
        "Types",
        "metadata.type.primary",
        "metadata.type.secondary",
    ));
    let search = FACETS.into_iter().fold(search, |search, (name, title, field)| {
        search.facet(Facet::terms(name, title, field))
    });

    search
        .date("metadata.date_created")
        .date("metadata.date_published")
        .date("metadata.date_reprocessed")
        .double("metadata.derived.energy_tev")
        .long("metadata.derived.events")
        .long("metadata.derived.files")
        .long("metadata.derived.size_bytes")
        .facet(Facet::years("year", "Years of data taking", "metadata.date_created"))
        .facet(Facet::years("published", "Published", "metadata.date_published"))
        .default_fields([
            "metadata.title^4",
            "metadata.title_additional^2",
            "metadata.derived.abstract",
            "metadata.authors.name",
            "metadata.collaboration.name",
        ])
        .sort("title", "Title", ["metadata.derived.title_sort"])
        .sort("size", "Largest first", ["-metadata.derived.size_bytes"])
        .sort("events", "Most events", ["-metadata.derived.events"])
        .sort("energy", "Highest energy", ["-metadata.derived.energy_tev"])
        .suggest(["metadata.title"])
}
