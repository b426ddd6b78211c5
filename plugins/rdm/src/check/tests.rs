//! One test for each rule.

#![expect(clippy::needless_pass_by_value, reason = "json! reads better without a & before it")]

use super::*;
use repono_sdk::json;

/// A body of metadata that has a publisher.
fn body(mut metadata: Value) -> Value {
    metadata["publisher"] = "Acme".into();
    json!({ "metadata": metadata })
}

fn checked(metadata: Value) -> (Value, Vec<String>) {
    let mut body = body(metadata);
    let problems = problems(&mut body);
    (body["metadata"].take(), problems)
}

pub(super) fn problems(body: &mut Value) -> Vec<String> {
    let mut problems = Problems::new();
    document(body, &mut problems);
    problems.iter().map(|problem| format!("{} {}", problem.at, problem.code)).collect()
}

#[track_caller]
fn is_found(metadata: Value, expected: &[&str]) {
    assert_eq!(checked(metadata).1, expected);
}

#[track_caller]
fn becomes(metadata: Value, expected: Value) {
    let (metadata, problems) = checked(metadata);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(metadata, body(expected)["metadata"]);
}

fn creator(person_or_org: Value) -> Value {
    json!({ "creators": [{ "person_or_org": person_or_org }] })
}

#[test]
fn a_publisher_is_missed_unless_the_doi_is_from_elsewhere() {
    let missing = ["/metadata/publisher missing-publisher"];

    assert_eq!(problems(&mut json!({})), missing);
    assert_eq!(problems(&mut json!({ "metadata": {} })), missing);
    assert_eq!(problems(&mut json!({ "metadata": { "publisher": " " } })), missing);
    assert_eq!(
        problems(&mut json!({ "metadata": {}, "pids": { "doi": { "provider": "datacite" } } })),
        missing
    );
    assert!(
        problems(&mut json!({ "metadata": {}, "pids": { "doi": { "provider": "external" } } }))
            .is_empty()
    );
}

#[test]
fn its_message_is_the_one_that_clients_know() {
    let mut found = Problems::new();
    document(&mut json!({}), &mut found);

    assert_eq!(
        found.iter().next().unwrap().message,
        "Missing publisher field required for DOI registration."
    );
}

#[test]
fn a_person_is_named_after_its_parts() {
    becomes(
        creator(
            json!({ "type": "personal", "given_name": " Troy ", "family_name": "Brown", "name": "x" }),
        ),
        creator(
            json!({ "type": "personal", "given_name": "Troy", "family_name": "Brown", "name": "Brown, Troy" }),
        ),
    );
    becomes(
        creator(json!({ "type": "personal", "family_name": "Plato" })),
        creator(json!({ "type": "personal", "family_name": "Plato", "name": "Plato" })),
    );
}

#[test]
fn a_person_has_a_family_name_and_an_organisation_a_name() {
    is_found(
        creator(json!({ "type": "personal", "given_name": "x" })),
        &["/metadata/creators/0/person_or_org/family_name missing-family-name"],
    );
    is_found(
        creator(json!({ "type": "organizational", "family_name": "x" })),
        &["/metadata/creators/0/person_or_org/name missing-name"],
    );
    is_found(
        creator(json!({ "type": "organizational", "name": "\u{200b}" })),
        &["/metadata/creators/0/person_or_org/name missing-name"],
    );
}

#[test]
fn an_organisation_has_no_given_name() {
    becomes(
        creator(
            json!({ "type": "organizational", "name": "CERN", "given_name": "a", "family_name": "b" }),
        ),
        creator(json!({ "type": "organizational", "name": "CERN" })),
    );
}

#[test]
fn the_scheme_of_a_person_is_told_and_the_identifier_normalised() {
    let person = |identifiers: Value| {
        creator(
            json!({ "type": "personal", "family_name": "B", "name": "B", "identifiers": identifiers }),
        )
    };

    becomes(
        person(
            json!([{ "identifier": "https://orcid.org/0000-0002-1825-0097" }, { "scheme": "GND", "identifier": "118604740" }]),
        ),
        person(
            json!([{ "identifier": "0000-0002-1825-0097", "scheme": "orcid" }, { "scheme": "gnd", "identifier": "gnd:118604740" }]),
        ),
    );
    is_found(
        person(json!([{ "scheme": "orcid", "identifier": "0000-0002-1825-0098" }])),
        &["/metadata/creators/0/person_or_org/identifiers/0/identifier invalid-identifier"],
    );
    is_found(
        person(json!([{ "identifier": "nothing" }])),
        &["/metadata/creators/0/person_or_org/identifiers/0/scheme unknown-scheme"],
    );
    is_found(
        person(
            json!([{ "identifier": "0000-0002-1825-0097" }, { "identifier": "0000-0001-5109-3700" }]),
        ),
        &["/metadata/creators/0/person_or_org/identifiers/1 repeated-scheme"],
    );
}

#[test]
fn contributors_are_checked_as_creators_are() {
    is_found(
        json!({ "contributors": [{ "person_or_org": { "type": "personal" } }] }),
        &["/metadata/contributors/0/person_or_org/family_name missing-family-name"],
    );
}

#[test]
fn nobody_belongs_to_the_same_place_twice() {
    let at = |affiliations: Value| json!({ "creators": [{ "affiliations": affiliations }] });

    is_found(
        at(json!([{ "id": "01ggx4157" }, { "id": "01ggx4157", "name": "CERN" }])),
        &["/metadata/creators/0/affiliations/1 repeated-affiliation"],
    );
    is_found(
        at(json!([{ "name": "CERN" }, { "name": " CERN" }])),
        &["/metadata/creators/0/affiliations/1 repeated-affiliation"],
    );
    is_found(
        at(json!([{ "name": "" }])),
        &["/metadata/creators/0/affiliations/0 missing-affiliation"],
    );
    is_found(at(json!([{ "name": "CERN" }, { "name": "DESY" }])), &[]);
}

#[test]
fn what_readers_see_of_a_term_may_be_sent_back() {
    becomes(
        json!({
            "resource_type": { "id": "dataset", "title": { "en": "Dataset" } },
            "rights": [{ "id": "cc-by-4.0", "title": { "en": "a", "de": "b" }, "icon": "i", "props": {}, "description": {} }],
            "creators": [{ "affiliations": [{ "id": "01ggx4157", "name": "CERN", "identifiers": [] }] }],
        }),
        json!({
            "resource_type": { "id": "dataset" },
            "rights": [{ "id": "cc-by-4.0" }],
            "creators": [{ "affiliations": [{ "id": "01ggx4157" }] }],
        }),
    );
}

#[test]
fn texts_are_trimmed_and_rid_of_control_characters() {
    becomes(
        json!({ "title": " A\u{7}B ", "subjects": [{ "subject": " x" }] }),
        json!({ "title": "AB", "subjects": [{ "subject": "x" }] }),
    );
}

#[test]
fn html_is_sanitised_where_it_is_allowed() {
    becomes(
        json!({
            "title": "a <b> & c",
            "description": "<p>Hi <script>x</script></p> ",
            "additional_descriptions": [{ "description": "<img src=x>y" }],
            "copyright": "<b onclick=x>me</b>",
        }),
        json!({
            "title": "a <b> & c",
            "description": "<p>Hi x</p>",
            "additional_descriptions": [{ "description": "y" }],
            "copyright": "<b>me</b>",
        }),
    );
}

#[test]
fn dates_are_dates() {
    is_found(
        json!({ "publication_date": "baddate" }),
        &["/metadata/publication_date invalid-date"],
    );
    is_found(json!({ "publication_date": "" }), &["/metadata/publication_date invalid-date"]);
    is_found(
        json!({ "publication_date": "2020-01-01T00:00:00Z" }),
        &["/metadata/publication_date invalid-date"],
    );
    is_found(
        json!({ "publication_date": "1945/1939" }),
        &["/metadata/publication_date reversed-interval"],
    );
    is_found(json!({ "publication_date": "1939/1945" }), &[]);
    is_found(
        json!({ "dates": [{ "date": "2020-01-01T00:00:00Z" }, { "date": "soon" }] }),
        &["/metadata/dates/1/date invalid-date"],
    );
}

#[test]
fn a_right_has_a_title_in_a_language_or_an_id() {
    is_found(json!({ "rights": [{ "title": { "en": "Mine" } }, { "id": "mit" }] }), &[]);
    is_found(json!({ "rights": [{}] }), &["/metadata/rights/0 missing-title"]);
    is_found(
        json!({ "rights": [{ "title": { "xx": "Mine" } }] }),
        &["/metadata/rights/0/title/xx unknown-language"],
    );
    is_found(
        json!({ "rights": [{ "title": { "en": "Mine" }, "link": "nowhere" }] }),
        &["/metadata/rights/0/link invalid-url"],
    );
}

#[test]
fn a_subject_says_something() {
    is_found(
        json!({ "subjects": [{ "subject": "x" }, { "id": "y" }, { "subject": " " }] }),
        &["/metadata/subjects/2 missing-subject"],
    );
}

#[test]
fn identifiers_are_normalised_and_named_once() {
    becomes(
        json!({ "identifiers": [{ "identifier": "1924MNRAS..84..308E", "scheme": "ads" }, { "identifier": "https://doi.org/10.1234/Foo" }] }),
        json!({ "identifiers": [{ "identifier": "1924MNRAS..84..308E", "scheme": "ads" }, { "identifier": "10.1234/Foo", "scheme": "doi" }] }),
    );
    is_found(
        json!({ "identifiers": [{ "identifier": "10.1/a" }, { "identifier": "doi:10.1/a", "scheme": "doi" }] }),
        &["/metadata/identifiers/1 repeated-identifier"],
    );
    is_found(
        json!({ "identifiers": [{ "identifier": "x y z" }] }),
        &["/metadata/identifiers/0/scheme unknown-scheme"],
    );
}

#[test]
fn related_identifiers_and_references_are_normalised_too() {
    becomes(
        json!({ "related_identifiers": [{ "identifier": "arxiv:2101.00001" }], "references": [{ "reference": "R", "identifier": "10.1/a" }, { "reference": "S" }] }),
        json!({
            "related_identifiers": [{ "identifier": "arXiv:2101.00001", "scheme": "arxiv" }],
            "references": [{ "reference": "R", "identifier": "10.1/a", "scheme": "doi" }, { "reference": "S" }],
        }),
    );
    is_found(
        json!({ "references": [{ "reference": " " }] }),
        &["/metadata/references/0/reference blank"],
    );
}

#[test]
fn sizes_and_formats_are_not_blank() {
    is_found(
        json!({ "sizes": ["1", " "], "formats": [""] }),
        &["/metadata/sizes/1 blank", "/metadata/formats/0 blank"],
    );
}

#[test]
fn a_place_is_somewhere() {
    let features = |features: Value| json!({ "locations": { "features": features } });

    is_found(features(json!([{}])), &["/metadata/locations/features/0 empty-location"]);
    is_found(features(json!([{ "place": "CERN" }])), &[]);
    is_found(
        features(json!([{ "geometry": { "type": "Point", "coordinates": [0, 99] } }])),
        &["/metadata/locations/features/0/geometry invalid-geometry"],
    );
    is_found(
        features(json!([{ "identifiers": [{ "scheme": "geonames", "identifier": "x" }] }])),
        &["/metadata/locations/features/0/identifiers/0/identifier invalid-identifier"],
    );
}

#[test]
fn someone_pays_for_something() {
    let funding = |funding: Value| json!({ "funding": [funding] });

    is_found(funding(json!({ "funder": { "name": "F" }, "award": { "number": "1" } })), &[]);
    is_found(
        funding(json!({ "funder": { "id": "00k4n6c32" }, "award": { "title": { "en": "T" } } })),
        &[],
    );
    is_found(funding(json!({ "funder": {} })), &["/metadata/funding/0/funder missing-funder"]);
    is_found(
        funding(json!({ "funder": { "name": "F" }, "award": {} })),
        &["/metadata/funding/0/award missing-award"],
    );
    is_found(
        funding(json!({ "funder": { "name": "F" }, "award": { "title": { "xx": "T" } } })),
        &["/metadata/funding/0/award/title/xx unknown-language"],
    );
}
