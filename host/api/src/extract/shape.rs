//! How the client wants its answer.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use repono_domain::CollectionName;
use repono_service::Services;

use super::accept::{normal, ranked};
use crate::error::Failure;
use crate::options::App;

/// The answer without anything for pages.
pub(crate) const JSON: &str = "application/json";
/// The same with a `ui` block for pages.
pub(crate) const UI_JSON: &str = "application/vnd.inveniordm.v1+json";

/// How the client wants its answer.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    accept: Option<HeaderValue>,
    if_none_match: Option<HeaderValue>,
    /// Whether people will read the JSON.
    pub pretty: bool,
}

/// What the client is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// [`JSON`].
    Json,
    /// [`UI_JSON`].
    Ui,
    /// An exporter's media type.
    Export(String),
}

impl FromRequestParts<App> for Shape {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            accept: accept(&parts.headers),
            if_none_match: parts.headers.get(header::IF_NONE_MATCH).cloned(),
            pretty: query
                .split('&')
                .any(|pair| matches!(pair, "prettyprint=1" | "prettyprint=true")),
        })
    }
}

impl Shape {
    /// Chooses among the JSON forms and what exporters write of a collection.
    pub(crate) fn choose(
        &self,
        services: &Services,
        collection: &CollectionName,
    ) -> Result<Chosen, Failure> {
        if let Some(chosen) = self.plain() {
            return Ok(chosen);
        }
        let active = services.active.load();
        let formats: Vec<&str> =
            active.formats(collection).map(|(_, format)| format.media_type.as_str()).collect();
        self.among(&formats)
    }

    /// Chooses among the JSON forms alone.
    pub(crate) fn json(&self) -> Result<Chosen, Failure> {
        self.plain().map_or_else(|| self.among(&[]), Ok)
    }

    /// Whether the client has this revision already.
    pub(crate) fn has(&self, etag: &HeaderValue) -> bool {
        let Some(known) = self.if_none_match.as_ref().and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let etag = etag.as_bytes();
        known.split(',').map(str::trim).any(|known| {
            known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == etag
        })
    }

    /// The same for an answer that says more than the thing itself.
    pub(crate) fn afresh(self) -> Self {
        Self { if_none_match: None, ..self }
    }

    /// The common cases, without reading the header.
    fn plain(&self) -> Option<Chosen> {
        match self.accept.as_ref().map(HeaderValue::as_bytes) {
            None | Some(b"*/*" | b"application/json") => Some(Chosen::Json),
            Some(b"application/vnd.inveniordm.v1+json") => Some(Chosen::Ui),
            Some(_) => None,
        }
    }

    fn among(&self, formats: &[&str]) -> Result<Chosen, Failure> {
        let header = self.accept.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = ranked(header);
        let chosen = wanted.iter().find_map(|wanted| match wanted.as_str() {
            "*/*" | "application/*" => Some(Chosen::Json),
            exact if exact == UI_JSON => Some(Chosen::Ui),
            wanted => formats
                .iter()
                .find(|format| normal(format) == *wanted)
                .map(|format| Chosen::Export((*format).to_owned()))
                .or_else(|| without_parameters(wanted, formats)),
        });
        chosen.ok_or_else(|| {
            let known = [JSON, UI_JSON].into_iter().chain(formats.iter().copied());
            Failure::NotAcceptable(known.map(str::to_owned).collect())
        })
    }
}

/// A media type whose parameters nobody here knows, such as `text/x-bibliography;style=apa`.
fn without_parameters(wanted: &str, formats: &[&str]) -> Option<Chosen> {
    let bare = wanted.split(';').next().unwrap_or_default();
    if bare == JSON {
        return Some(Chosen::Json);
    }
    // A profile is another format, not another manner.
    if wanted.contains("profile=") {
        return None;
    }
    let format = formats.iter().find(|format| normal(format) == bare);
    format.map(|format| Chosen::Export((*format).to_owned()))
}

/// Several headers are one list.
fn accept(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut values = headers.get_all(header::ACCEPT).iter();
    let first = values.next()?;
    let more: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    if more.is_empty() {
        return Some(first.clone());
    }
    let first = first.to_str().unwrap_or_default();
    HeaderValue::try_from(format!("{first}, {}", more.join(", "))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMATS: &[&str] = &[
        "application/ld+json",
        r#"application/ld+json;profile="https://example.org/p""#,
        "text/x-bibliography",
    ];

    fn chosen(accept: &'static str) -> Result<Chosen, Failure> {
        let shape = Shape { accept: Some(HeaderValue::from_static(accept)), ..Shape::default() };
        shape.plain().map_or_else(|| shape.among(FORMATS), Ok)
    }

    fn export(media_type: &str) -> Chosen {
        Chosen::Export(media_type.to_owned())
    }

    #[test]
    fn json_is_what_a_client_gets_that_does_not_mind() {
        assert_eq!(Shape::default().json().unwrap(), Chosen::Json);
        for accept in
            ["*/*", "application/*", "application/json", "application/json; charset=utf-8"]
        {
            assert_eq!(chosen(accept).unwrap(), Chosen::Json, "{accept}");
        }
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(chosen(browser).unwrap(), Chosen::Json);
    }

    #[test]
    fn the_most_wanted_form_there_is_wins() {
        assert_eq!(chosen(UI_JSON).unwrap(), Chosen::Ui);
        assert_eq!(
            chosen("application/json;q=0.1, application/ld+json").unwrap(),
            export("application/ld+json")
        );
        assert_eq!(
            chosen(r#"application/ld+json; profile="https://example.org/p""#).unwrap(),
            export(FORMATS[1])
        );
        assert_eq!(chosen("text/x-bibliography;style=apa").unwrap(), export("text/x-bibliography"));
    }

    #[test]
    fn what_nobody_writes_is_refused_with_what_there_is() {
        let Err(Failure::NotAcceptable(known)) = chosen("application/foo") else {
            panic!("refused")
        };

        assert_eq!(known.len(), 2 + FORMATS.len());
        assert!(chosen(r#"application/ld+json;profile="https://other.example""#).is_err());
    }

    #[test]
    fn an_etag_is_recognised_in_any_of_its_forms() {
        let etag = HeaderValue::from_static("\"3\"");
        let has = |known: &'static str| {
            let known = Some(HeaderValue::from_static(known));
            Shape { if_none_match: known, ..Shape::default() }.has(&etag)
        };

        assert!(has("\"3\"") && has("W/\"3\"") && has("*") && has("\"2\", \"3\""));
        assert!(!has("\"33\"") && !has("3"));
        assert!(!Shape::default().has(&etag));
    }
}
