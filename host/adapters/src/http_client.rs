//! Clients over HTTP: alike in whom they trust and in what they do not do.

use std::path::Path;

use repono_service::Result;
use reqwest::ClientBuilder;
use reqwest::redirect::Policy;

use crate::tls;

/// Verifies who it speaks to over TLS, if `is_secure`; goes where it is sent and nowhere else.
pub(crate) fn builder(is_secure: bool, certificates: Option<&Path>) -> Result<ClientBuilder> {
    let trust = if is_secure { tls::verifying(certificates)? } else { tls::none()? };
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(trust)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!("repono/", env!("CARGO_PKG_VERSION"))))
}
