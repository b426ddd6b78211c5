//! What holds for all documents.

use proptest::prelude::*;
use repono_sdk::json;

use super::{tests::problems, *};

/// JSON of any shape, with the names that records use.
fn garbage() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}| ?[0-9X-]{0,16}|10\\.1/[a-z]{1,3}|personal|organizational|https://[a-z/.]{0,9}|<b>&?[a-z ]{0,4}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "metadata",
        "pids",
        "doi",
        "provider",
        "publisher",
        "creators",
        "contributors",
        "person_or_org",
        "type",
        "name",
        "given_name",
        "family_name",
        "identifiers",
        "identifier",
        "scheme",
        "affiliations",
        "id",
        "title",
        "rights",
        "link",
        "description",
        "additional_descriptions",
        "dates",
        "date",
        "publication_date",
        "subjects",
        "subject",
        "locations",
        "features",
        "geometry",
        "coordinates",
        "geometries",
        "funding",
        "funder",
        "award",
        "number",
        "references",
        "sizes",
        "~/",
    ]);
    leaf.prop_recursive(6, 64, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..7).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Object>()
                .into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn checking_twice_is_checking_once(metadata in garbage()) {
        let mut once = json!({ "metadata": metadata });
        let found = problems(&mut once);
        let mut twice = once.clone();

        prop_assert_eq!(problems(&mut twice), found);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn no_document_makes_it_panic(mut body in garbage()) {
        drop(problems(&mut body));

        prop_assert!(crate::export::write("datacite-json", &body).is_ok());
        prop_assert!(crate::export::write("bibtex", &body).is_ok());
        prop_assert!(crate::search::document(body)["metadata"].is_object());
    }
}
