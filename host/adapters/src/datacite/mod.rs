//! DOIs at DataCite, over its REST API (JSON:API).
//!
//! A DOI is written with `PUT /dois/{doi}`, which makes one that is not there; so everything may be sent
//! twice. What is not sent stays there as it is, so what a record does not have any more is sent empty.

mod answer;

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use percent_encoding::percent_decode_str;
use repono_domain::DoiState;
use repono_service::ports::RegistrationAgency;
use repono_service::{Error, Result};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use url::{Host, Url};

use self::answer::Answer;
use crate::http_client;

const JSON_API: &str = "application/vnd.api+json";
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_mins(1);

/// Members of the metadata that a record may have had before, and what clears them.
const LISTS: [&str; 12] = [
    "contributors",
    "subjects",
    "dates",
    "alternateIdentifiers",
    "relatedIdentifiers",
    "relatedItems",
    "sizes",
    "formats",
    "rightsList",
    "descriptions",
    "geoLocations",
    "fundingReferences",
];
const TEXTS: [&str; 2] = ["language", "version"];

/// DataCite, as one of its repositories sees it.
pub struct DataCite {
    http: reqwest::Client,
    /// Without name and password.
    address: Url,
    repository: String,
    password: String,
}

/// How DataCite is spoken to.
#[derive(Clone, Debug)]
pub struct DataCiteOptions {
    /// How long an answer may take.
    pub timeout: Duration,
    /// PEM file of certificates that are trusted beside the system's.
    pub certificates: Option<PathBuf>,
}

impl DataCite {
    /// `https://REPOSITORY:password@api.datacite.org`, where REPOSITORY is the id of a repository account.
    /// `http://…` only on the same machine.
    ///
    /// Fails only if the address or the options cannot be read: DataCite itself may come later.
    pub fn open(url: &str, options: &DataCiteOptions) -> Result<Self> {
        let wrong = |why: &str| Error::Invalid(format!("the URL of the registration agency {why}"));
        // Never with the URL: it holds a password.
        let mut url =
            Url::parse(url).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let is_secure = match url.scheme() {
            "https" => true,
            "http" if is_local(&url) => false,
            "http" => return Err(wrong("would send its password in the clear: use https://")),
            _ => return Err(wrong("does not begin with https://")),
        };
        let (repository, password) = (decoded(url.username())?, url.password().map(decoded));
        let password = password.transpose()?.unwrap_or_default();
        if repository.is_empty() || password.is_empty() {
            return Err(wrong("names no repository account, or there is no password for it"));
        }
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return Err(wrong("names no host"));
        }
        let http = http_client::builder(is_secure, options.certificates.as_deref())?
            .connect_timeout(CONNECT.min(options.timeout))
            .timeout(options.timeout)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| {
                Error::internal("no HTTP client for the registration agency", error)
            })?;
        Ok(Self { http, address: url, repository, password })
    }

    async fn write(&self, doi: &str, attributes: Map<String, Value>) -> Result<DoiState> {
        let body = json!({"data": {"id": doi, "type": "dois", "attributes": attributes}});
        let answer = self.send(Method::PUT, doi, Some(&body)).await?;
        if answer.status.is_success() { answer.state() } else { Err(answer.refusal(doi)) }
    }

    async fn send(&self, method: Method, doi: &str, body: Option<&Value>) -> Result<Answer> {
        let mut request = self
            .http
            .request(method, self.place(doi)?)
            .basic_auth(&self.repository, Some(&self.password))
            .header(ACCEPT, JSON_API);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, JSON_API).body(body.to_string());
        }
        let response = request.send().await.map_err(|error| unavailable(error.without_url()))?;
        Answer::read(response).await
    }

    fn place(&self, doi: &str) -> Result<Url> {
        let mut place = self.address.clone();
        {
            let nowhere = |()| Error::Invalid(format!("nothing is found below {}", self.address));
            let mut path = place.path_segments_mut().map_err(nowhere)?;
            path.pop_if_empty().push("dois").extend(doi.split('/'));
        }
        Ok(place)
    }
}

#[async_trait]
impl RegistrationAgency for DataCite {
    async fn publish(
        &self,
        doi: &str,
        page: &str,
        metadata: &Map<String, Value>,
    ) -> Result<DoiState> {
        let mut attributes = Map::new();
        attributes.extend(LISTS.map(|name| (name.to_owned(), json!([]))));
        attributes.extend(TEXTS.map(|name| (name.to_owned(), Value::Null)));
        attributes.extend(metadata.clone());
        attributes.extend(told("publish", doi, page));
        self.write(doi, attributes).await
    }

    async fn withhold(&self, doi: &str, page: &str) -> Result<DoiState> {
        // Of a DOI that nobody finds anyway, this event changes nothing.
        self.write(doi, Map::from_iter(told("hide", doi, page))).await
    }

    async fn discard(&self, doi: &str) -> Result<()> {
        let answer = self.send(Method::DELETE, doi, None).await?;
        let is_gone = answer.status.is_success() || answer.status == StatusCode::NOT_FOUND;
        if is_gone { Ok(()) } else { Err(answer.refusal(doi)) }
    }
}

fn told(event: &str, doi: &str, page: &str) -> [(String, Value); 3] {
    [("event", event), ("doi", doi), ("url", page)]
        .map(|(name, value)| (name.to_owned(), value.into()))
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn decoded(text: &str) -> Result<String> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(std::borrow::Cow::into_owned).map_err(|_| {
        Error::Invalid("the account or password of the registration agency is not UTF-8".to_owned())
    })
}

fn unavailable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable("registration agency", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: DataCiteOptions =
        DataCiteOptions { timeout: Duration::from_secs(5), certificates: None };

    #[test]
    fn a_url_that_cannot_be_used_is_told_and_not_shown() {
        for (url, why) in [
            ("http://TUG.REPO:s3cret@api.datacite.org", "in the clear"),
            ("https://TUG.REPO@api.datacite.org", "password"),
            ("https://:s3cret@api.datacite.org", "account"),
            ("ftp://TUG.REPO:s3cret@api.datacite.org", "https://"),
            ("TUG.REPO:s3cret", "https://"),
            ("s3cret", "cannot be read"),
        ] {
            let Err(refused) = DataCite::open(url, &OPTIONS) else { panic!("{url} was taken") };

            let told = refused.to_string();
            assert!(told.contains(why) && !told.contains("s3cret"), "{told}");
        }
    }

    #[test]
    fn a_doi_has_its_place_below_the_address() {
        for address in ["http://localhost:1/api", "http://localhost:1/api/"] {
            let url = address.replace("localhost", "TUG.REPO:p%40ss@localhost");
            let datacite = DataCite::open(&url, &OPTIONS).unwrap();

            let place = datacite.place("10.5072/akd9f-9vg25").unwrap();

            assert_eq!(place.as_str(), "http://localhost:1/api/dois/10.5072/akd9f-9vg25");
            assert_eq!((&*datacite.repository, &*datacite.password), ("TUG.REPO", "p@ss"));
        }
    }
}
