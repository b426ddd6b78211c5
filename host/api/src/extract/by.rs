//! Who asks.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use repono_domain::Caller;
use repono_service::{Context, Error};

use crate::error::Failure;
use crate::options::App;

/// The context of whoever asks. Who it is has been found out by the envelope.
pub(crate) struct By(pub Context);

/// The same, when it is an administrator: refused before a large body is read.
pub(crate) struct AsAdmin(pub Context);

impl FromRequestParts<App> for By {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned().unwrap_or(Caller::Anonymous);
        Ok(Self(Context { caller, services: app.services.clone() }))
    }
}

impl FromRequestParts<App> for AsAdmin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Ok(By(ctx)) = By::from_request_parts(parts, app).await;
        if ctx.caller.is_admin() { Ok(Self(ctx)) } else { Err(Error::Forbidden.into()) }
    }
}

/// The token that the request carries: in its `Authorization` header, else in `access_token`.
pub(crate) fn credential(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    if let Some(header) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    let query = uri.query().filter(|query| query.contains("access_token="))?;
    let mut values = query.split('&').filter_map(|pair| pair.strip_prefix("access_token="));
    // Tokens are of letters that need no escape.
    values.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn carried(authorization: Option<&'static str>, uri: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        credential(&headers, &Uri::from_static(uri))
    }

    #[test]
    fn a_token_comes_in_the_header_or_in_the_query() {
        assert_eq!(carried(Some("Bearer abc"), "/api/me").as_deref(), Some("abc"));
        assert_eq!(carried(Some("bearer  abc "), "/api/me").as_deref(), Some("abc"));
        assert_eq!(carried(None, "/api/me?a=1&access_token=abc").as_deref(), Some("abc"));
        assert_eq!(carried(Some("Bearer abc"), "/?access_token=def").as_deref(), Some("abc"));
    }

    #[test]
    fn anything_else_is_no_token() {
        assert_eq!(carried(None, "/api/me"), None);
        assert_eq!(carried(Some("Basic YTpi"), "/api/me"), None);
        assert_eq!(carried(Some("Bearer"), "/api/me"), None);
        assert_eq!(carried(None, "/api/me?not_access_token=abc"), None);
    }
}
