//! What the operator decides about the API.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use repono_service::Services;
use subtle::ConstantTimeEq as _;

use crate::meter::Meter;

/// A text that is compared, never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Whether `other` is the same, in a time that does not tell how much of it is.
    pub(crate) fn is(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What the operator decides about the API.
#[derive(Clone, Debug)]
pub struct Options {
    /// A bearer token that makes its bearer the repository itself: for commands on the same machine,
    /// made anew at every start. None: there is no such token.
    pub local_admin_secret: Option<Secret>,
    /// The longest JSON body.
    pub max_body_bytes: usize,
    /// The largest plugin.
    pub max_plugin_bytes: usize,
    /// The longest line of an import; longer ones are refused one by one.
    pub max_line_bytes: usize,
    /// How long a request may take, imports, exports and administrators' long work excepted.
    pub request_timeout: Duration,
    /// Networks of proxies that are believed when they say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            local_admin_secret: None,
            max_body_bytes: 10 << 20,
            max_plugin_bytes: 64 << 20,
            max_line_bytes: 10 << 20,
            request_timeout: Duration::from_secs(30),
            trusted_proxies: Vec::new(),
        }
    }
}

/// What handlers work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) services: Arc<Services>,
    pub(crate) options: Arc<Options>,
    pub(crate) meter: Arc<Meter>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_and_not_shown() {
        let secret = Secret::from("abc".to_owned());

        assert!(secret.is("abc"));
        assert!(!secret.is("abd"));
        assert!(!secret.is("abcd"));
        assert!(!format!("{secret:?}").contains("abc"));
    }
}
