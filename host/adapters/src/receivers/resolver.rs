//! From names to addresses that may be connected to.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::public_address::is_public;

/// Resolves names as the system does, and refuses those that lead home. What it answers is what is connected
/// to: a name that leads elsewhere a moment later changes nothing.
pub(super) struct Resolver {
    /// Names that may.
    trusted: Arc<BTreeSet<String>>,
}

impl Resolver {
    pub(super) fn new(trusted: Arc<BTreeSet<String>>) -> Self {
        Self { trusted }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_lowercase();
        let is_trusted = self.trusted.contains(&name);
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One that leads home among others is a trick.
            let at_home = found.iter().map(SocketAddr::ip).find(|address| !is_public(*address));
            if let Some(address) = at_home.filter(|_| !is_trusted) {
                return Err(Refusal(not_public(&name, address)).into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// What is told of a host that leads home.
pub(super) fn not_public(host: &str, address: IpAddr) -> String {
    format!(
        "leads to {address}, which is not on the public network; if it should, the operator adds {host} to webhooks.trusted_hosts"
    )
}

/// Why a name was not resolved, if it is for this.
pub(super) fn refusal(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(Refusal(why)) = error.downcast_ref() {
            return Some(why.clone());
        }
        cause = error.source();
    }
    None
}

#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host {}", self.0)
    }
}

impl StdError for Refusal {}
