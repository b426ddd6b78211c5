//! Whom clients trust: what the system does, and what the operator adds.

use std::path::Path;
use std::sync::Arc;

use repono_service::{Error, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Servers must show a certificate of their name that somebody vouches for; there is no way around it.
pub(crate) fn verifying(certificates: Option<&Path>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = certificates.map_or_else(|| Ok(Vec::new()), read)?;
    let wrong = |error| Error::internal("no TLS", error);
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(wrong)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(config.with_no_client_auth())
}

/// For nodes that are spoken to in the clear: nobody is trusted.
pub(crate) fn none() -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal("no TLS", error))?
        .with_root_certificates(RootCertStore::empty());
    Ok(config.with_no_client_auth())
}

/// For clients that ask for what the process has. If it has something already, that will do.
pub(crate) fn provide() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

pub(crate) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let wrong = |why: String| {
        Error::Invalid(format!("no certificates can be read from {}: {why}", path.display()))
    };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
    let found: Vec<_> =
        found.collect::<Result<_, _>>().map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("there are none in it".to_owned()));
    }
    Ok(found)
}
