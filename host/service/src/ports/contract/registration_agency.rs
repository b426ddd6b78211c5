//! [`crate::ports::RegistrationAgency`]: whatever is said may be said again, and a DOI never goes back
//! to what nobody knew.

use repono_domain::DoiState;
use serde_json::{Map, Value, json};

use super::samples::number;
use crate::Kind;
use crate::ports::RegistrationAgency;

const PAGE: &str = "https://repo.example.org/records/akd9f-9vg25";

/// What an agency has of a DOI.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// How it stands.
    pub state: DoiState,
    /// What it resolves to.
    pub page: String,
    /// All that is said of it.
    pub metadata: Map<String, Value>,
}

/// Runs the whole suite on an agency that takes DOIs with this prefix. `registered` looks a DOI up
/// there.
pub async fn keeps_the_contract(
    agency: &dyn RegistrationAgency,
    prefix: &str,
    registered: impl AsyncFn(&str) -> Option<Registered>,
) {
    let doi = || format!("{prefix}/contract-{}", number());
    what_is_published_is_findable(agency, &doi(), &registered).await;
    what_is_withheld_before_it_was_published_is_a_draft(agency, &doi(), &registered).await;
    what_is_withheld_later_is_registered_and_can_be_published_again(agency, &doi(), &registered)
        .await;
    what_is_published_again_is_replaced(agency, &doi(), &registered).await;
    a_draft_is_discarded(agency, &doi(), &registered).await;
    what_was_more_than_a_draft_is_not_discarded(agency, &doi(), &registered).await;
    metadata_that_lacks_something_is_refused_with_all_it_lacks(agency, &doi(), &registered).await;
    a_foreign_prefix_is_refused(agency).await;
}

async fn what_is_published_is_findable(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    for _ in 0..2 {
        let state = agency.publish(doi, PAGE, &metadata("Minerals")).await.unwrap();

        assert_eq!(state, DoiState::Findable);
        let found = registered(doi).await.unwrap();
        assert_eq!((found.state, &*found.page), (DoiState::Findable, PAGE));
        assert_eq!(found.metadata["titles"], json!([{"title": "Minerals"}]));
    }
}

async fn what_is_withheld_before_it_was_published_is_a_draft(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    for _ in 0..2 {
        assert_eq!(agency.withhold(doi, PAGE).await.unwrap(), DoiState::Draft);
        assert_eq!(registered(doi).await.unwrap().state, DoiState::Draft);
    }

    let published = agency.publish(doi, PAGE, &metadata("Minerals")).await.unwrap();

    assert_eq!(published, DoiState::Findable);
}

async fn what_is_withheld_later_is_registered_and_can_be_published_again(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    agency.publish(doi, PAGE, &metadata("Minerals")).await.unwrap();

    for _ in 0..2 {
        assert_eq!(agency.withhold(doi, PAGE).await.unwrap(), DoiState::Registered);
        assert_eq!(registered(doi).await.unwrap().state, DoiState::Registered);
    }

    let again = agency.publish(doi, PAGE, &metadata("Minerals")).await.unwrap();
    assert_eq!(again, DoiState::Findable);
    assert_eq!(registered(doi).await.unwrap().state, DoiState::Findable);
}

async fn what_is_published_again_is_replaced(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    let other_page = "https://repo.example.org/records/ach8a-y7220";
    agency.publish(doi, PAGE, &metadata("Minerals")).await.unwrap();

    agency.publish(doi, other_page, &metadata("Größen \u{1F980}")).await.unwrap();

    let found = registered(doi).await.unwrap();
    assert_eq!((found.state, &*found.page), (DoiState::Findable, other_page));
    assert_eq!(found.metadata["titles"], json!([{"title": "Größen \u{1F980}"}]));
}

async fn a_draft_is_discarded(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    agency.withhold(doi, PAGE).await.unwrap();

    for _ in 0..2 {
        agency.discard(doi).await.unwrap();
        assert_eq!(registered(doi).await, None);
    }
}

async fn what_was_more_than_a_draft_is_not_discarded(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    agency.publish(doi, PAGE, &metadata("Minerals")).await.unwrap();
    agency.withhold(doi, PAGE).await.unwrap();

    let refused = agency.discard(doi).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Invalid, "{refused}");
    assert_eq!(registered(doi).await.unwrap().state, DoiState::Registered);
}

async fn metadata_that_lacks_something_is_refused_with_all_it_lacks(
    agency: &dyn RegistrationAgency,
    doi: &str,
    registered: &impl AsyncFn(&str) -> Option<Registered>,
) {
    let mut lacking = metadata("Minerals");
    lacking.remove("titles");
    lacking.remove("publisher");

    let refused = agency.publish(doi, PAGE, &lacking).await.unwrap_err();

    let told = refused.to_string();
    assert_eq!(refused.kind(), Kind::Invalid, "{told}");
    assert!(told.contains("titles") && told.contains("publisher") && told.contains(doi), "{told}");
    assert_eq!(registered(doi).await, None);
}

async fn a_foreign_prefix_is_refused(agency: &dyn RegistrationAgency) {
    let doi = format!("10.99999/foreign-{}", number());

    let refused = agency.publish(&doi, PAGE, &metadata("Minerals")).await.unwrap_err();

    assert_eq!(refused.kind(), Kind::Invalid, "{refused}");
}

/// What DataCite wants at least.
fn metadata(title: &str) -> Map<String, Value> {
    let metadata = json!({
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": ""},
        "titles": [{"title": title}],
        "creators": [{"name": "Brown, Troy", "nameType": "Personal"}],
        "publisher": {"name": "Acme"},
        "publicationYear": "2026",
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    });
    metadata.as_object().cloned().unwrap_or_default()
}
