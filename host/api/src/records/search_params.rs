//! What a search's query string asks.

use repono_domain::CollectionName;
use repono_service::Context;
use repono_service::records::{SearchParams, SearchResults};
use serde_json::Value;

use crate::answer::Links;
use crate::error::Failure;
use crate::extract::Params;

const DEFAULT_SIZE: u64 = 25;

/// What was asked, and how links repeat it.
pub(super) struct Asked {
    pub params: SearchParams,
    pub suggest: Option<String>,
    /// The cursor as it was written: an empty one begins at the beginning.
    cursor: Option<String>,
    links: Links,
}

impl Asked {
    /// `path` is the list's, below the API's address.
    pub(super) fn read(
        ctx: &Context,
        collection: &CollectionName,
        path: &str,
        query: &Params,
    ) -> Result<Self, Failure> {
        let known = ctx.active.load().collection(collection)?;
        let is_facet =
            |name: &str| known.search.facets.iter().any(|facet| facet.facet.name == name);
        let links = Links::new(format!("{}/{path}", ctx.settings.api_url));
        read(links, query, is_facet)
    }

    /// The list's links, for what was found.
    pub(super) fn links(self, found: &SearchResults) -> Value {
        let size = self.params.size;
        let links = self.links.with("sort", &found.sort);
        let next = found.next.as_deref();
        match &self.cursor {
            Some(cursor) => links.of_cursor(cursor, size, next),
            None => links.of_page(self.params.page, size, found.total, next),
        }
    }

    /// Adds what a route knows by itself.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.links = self.links.with(name, value);
        self
    }
}

fn read(
    mut links: Links,
    query: &Params,
    is_facet: impl Fn(&str) -> bool,
) -> Result<Asked, Failure> {
    let text = |name| query.text(name).map(str::to_owned);
    for name in ["q", "suggest", "bounds", "near"] {
        if let Some(value) = query.text(name) {
            links = links.with(name, value);
        }
    }
    let all_versions = query.flag("allversions");
    if query.text("allversions").is_some() {
        links = links.with("allversions", python(all_versions));
    }
    let facets: Vec<(String, String)> = query
        .iter()
        .filter(|(name, _)| is_facet(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for (name, value) in &facets {
        links = links.with(name, value);
    }
    let params = SearchParams {
        q: text("q").unwrap_or_default(),
        sort: text("sort").filter(|sort| !sort.is_empty()),
        page: query.number("page", 1)?,
        size: query.number("size", DEFAULT_SIZE)?,
        cursor: text("cursor").filter(|cursor| !cursor.is_empty()),
        all_versions,
        facets,
        bounds: query.text("bounds").map(bounds).transpose()?,
        near: query.text("near").map(near).transpose()?,
    };
    Ok(Asked {
        params,
        cursor: text("cursor"),
        suggest: text("suggest").filter(|text| !text.trim().is_empty()),
        links,
    })
}

/// As `InvenioRDM` repeats a yes or no.
pub(super) fn python(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// `west,south,east,north`
fn bounds(text: &str) -> Result<[f64; 4], Failure> {
    numbers(text).ok_or_else(|| {
        Failure::Field("bounds", "Write west,south,east,north in degrees.".to_owned())
    })
}

/// `lat,lon,10km`
fn near(text: &str) -> Result<[f64; 3], Failure> {
    let read = || {
        let (place, distance) = text.rsplit_once(',')?;
        let [lat, lon] = numbers(place)?;
        Some([lat, lon, metres(distance.trim())?])
    };
    read().ok_or_else(|| {
        let message =
            "Write latitude,longitude,distance: 48.2,16.4,10km. Distances are in m, km or mi.";
        Failure::Field("near", message.to_owned())
    })
}

fn metres(text: &str) -> Option<f64> {
    let units = [("km", 1000.0), ("mi", 1609.344), ("m", 1.0)];
    let found = units.iter().find_map(|(unit, metres)| Some((text.strip_suffix(unit)?, *metres)));
    let (number, metres) = found.unwrap_or((text, 1.0));
    number.trim().parse::<f64>().ok().map(|number| number * metres)
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Result<Asked, Failure> {
        read(Links::new("/r".to_owned()), &pairs.into(), |name| name == "topic")
    }

    fn found(sort: &str, total: u64) -> SearchResults {
        SearchResults {
            hits: Vec::new(),
            total,
            facets: Vec::new(),
            sort: sort.to_owned(),
            next: Some("cur".to_owned()),
            fallback: None,
        }
    }

    #[test]
    fn what_is_known_is_repeated_in_links_and_the_rest_is_not() {
        let asked = asked(&[
            ("q", ""),
            ("topic", "b"),
            ("topic", "a"),
            ("f", "x"),
            ("allversions", "true"),
        ]);

        let links = asked.unwrap().links(&found("newest", 0));

        assert_eq!(
            links["self"],
            "/r?allversions=True&page=1&q=&size=25&sort=newest&topic=b&topic=a"
        );
    }

    #[test]
    fn pages_go_on_as_cursors() {
        let last_page = asked(&[("page", "10"), ("size", "1000")]).unwrap();
        assert_eq!(
            last_page.links(&found("newest", 20_000))["next"],
            "/r?cursor=cur&size=1000&sort=newest"
        );

        let after = asked(&[("cursor", "abc"), ("size", "1000")]).unwrap();
        assert_eq!(
            after.links(&found("newest", 20_000))["self"],
            "/r?cursor=abc&size=1000&sort=newest"
        );

        let from_the_beginning = asked(&[("cursor", "")]).unwrap();
        assert_eq!(from_the_beginning.params.cursor, None);
        assert_eq!(
            from_the_beginning.links(&found("newest", 100))["next"],
            "/r?cursor=cur&size=25&sort=newest"
        );
    }

    #[test]
    fn places_are_read() {
        let params =
            asked(&[("bounds", "5.5, 47,15,55"), ("near", "48.2,16.4,10km")]).unwrap().params;
        assert_eq!(params.bounds, Some([5.5, 47.0, 15.0, 55.0]));
        assert_eq!(params.near, Some([48.2, 16.4, 10_000.0]));
        assert_eq!(metres("500"), Some(500.0));
        assert_eq!(metres("2 mi"), Some(3218.688));

        for wrong in [("bounds", "1,2,3"), ("near", "48,16"), ("near", "48,16,far"), ("page", "0")]
        {
            assert!(asked(&[wrong]).is_err(), "{wrong:?}");
        }
    }
}
