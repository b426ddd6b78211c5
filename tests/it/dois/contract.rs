//! The port's contract, kept by the adapter for DataCite.

use std::time::Duration;

use harness::{DataCite, Trouble};
use repono_adapters::datacite::{DataCite as Adapter, DataCiteOptions};
use repono_domain::DoiState;
use repono_service::ports::RegistrationAgency as _;
use repono_service::ports::contract::registration_agency::{self, Registered};
use repono_service::{Error, Kind};
use serde_json::Map;

const PAGE: &str = "https://repo.example.org/records/akd9f-9vg25";

fn adapter(url: &str) -> Adapter {
    let options = DataCiteOptions { timeout: Duration::from_millis(300), certificates: None };
    Adapter::open(url, &options).unwrap()
}

#[tokio::test]
async fn datacite_keeps_the_contract() {
    let datacite = DataCite::start().await;
    let adapter = adapter(&datacite.url_with("s3cret"));

    registration_agency::keeps_the_contract(&adapter, DataCite::PREFIX, async |doi| {
        let held = datacite.doi(doi)?;
        let state = DoiState::from_stored(&held.state).unwrap();
        Some(Registered { state, page: held.url, metadata: held.metadata })
    })
    .await;
}

#[tokio::test]
async fn what_may_work_later_is_told_as_such() {
    let datacite = DataCite::start().await;
    let adapter = adapter(&datacite.url_with("s3cret"));
    let doi = format!("{}/later", DataCite::PREFIX);

    for trouble in [
        Trouble::Hangs,
        Trouble::Cuts,
        Trouble::CutsAfterwards,
        Trouble::Garbles,
        Trouble::Answers(429, None),
        Trouble::Answers(500, None),
        Trouble::Answers(503, None),
    ] {
        datacite.fails([trouble]);

        let told = adapter.withhold(&doi, PAGE).await.unwrap_err();

        assert_eq!(told.kind(), Kind::Unavailable, "{trouble:?}: {}", told.told());
        assert!(!told.told().contains("s3cret"), "{}", told.told());
        assert_eq!(adapter.withhold(&doi, PAGE).await.unwrap(), DoiState::Draft);
    }
    for status in [429, 503] {
        datacite.fails([Trouble::Answers(status, Some(7))]);

        let told = adapter.withhold(&doi, PAGE).await.unwrap_err();

        let Error::Full { retry_after, message } = told else { panic!("{told}") };
        assert_eq!(retry_after, Duration::from_secs(7));
        assert!(message.contains("Try again later"), "{message}");
    }
}

#[tokio::test]
async fn an_agency_that_is_not_there_is_told_without_its_password() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let adapter = adapter(&format!("http://TUG.REPONO:s3cret@{gone}"));

    let told = adapter.publish("10.83125/a", PAGE, &Map::new()).await.unwrap_err();

    assert_eq!(told.kind(), Kind::Unavailable, "{}", told.told());
    assert!(!told.told().contains("s3cret"), "{}", told.told());
}

#[tokio::test]
async fn a_wrong_password_is_told_in_datacites_words() {
    let datacite = DataCite::start().await;
    let adapter = adapter(&datacite.url_with("wrong"));

    let told = adapter.withhold("10.83125/a", PAGE).await.unwrap_err();

    assert_eq!(told.kind(), Kind::Invalid);
    assert!(told.to_string().contains("Bad credentials."), "{told}");
}
