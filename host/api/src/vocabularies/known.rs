//! What `InvenioRDM`'s clients know of vocabularies beyond their terms.

/// Vocabularies with routes of their own.
pub(super) const NAMED: [&str; 5] = ["affiliations", "awards", "funders", "names", "subjects"];

/// The short name of a vocabulary; its own where there is none.
pub(super) fn pid_type(vocabulary: &str) -> &str {
    const KNOWN: &[(&str, &str)] = &[
        ("affiliations", "aff"),
        ("awards", "awa"),
        ("code:developmentStatus", "ds"),
        ("code:programmingLanguages", "pl"),
        ("communitytypes", "comtyp"),
        ("contributorsroles", "cor"),
        ("creatorsroles", "crr"),
        ("datetypes", "dat"),
        ("descriptiontypes", "dty"),
        ("funders", "fun"),
        ("languages", "lng"),
        ("licenses", "lic"),
        ("relationtypes", "rlt"),
        ("removalreasons", "rem"),
        ("resourcetypes", "rsrct"),
        ("subjects", "sub"),
        ("titletypes", "ttyp"),
    ];
    KNOWN.iter().find(|(name, _)| *name == vocabulary).map_or(vocabulary, |(_, short)| short)
}

/// How lists are sorted if nobody says: what is given is the vocabulary's own order.
pub(super) fn default_sort(vocabulary: &str, asked: bool) -> &'static str {
    match vocabulary {
        _ if asked => "bestmatch",
        "affiliations" | "funders" | "names" => "name",
        "subjects" => "subject",
        _ => "title",
    }
}
