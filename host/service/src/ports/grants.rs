//! What an operator lets a plugin do.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

/// What an operator lets a plugin do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// Host interfaces it may import: `records`, `kv`; `fetch:HOST` for each host it may send
    /// requests to, see [`Hosts`].
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// What the operator set, in the form of the plugin's settings schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
}

const FETCH: &str = "fetch";
const FETCH_PRIVATE: &str = "fetch-private";

impl Grants {
    /// Whether it may import an interface.
    pub fn allow(&self, interface: &str) -> bool {
        let names = self.capabilities.iter().map(|granted| granted.split(':').next());
        let is_it = |name: Option<&str>| {
            name == Some(interface) || (interface == FETCH && name == Some(FETCH_PRIVATE))
        };
        names.into_iter().any(is_it)
    }

    /// The hosts it may send requests to.
    ///
    /// # Errors
    /// Every grant that names no host.
    pub fn hosts(&self) -> Result<Hosts, Vec<InvalidHost>> {
        let (mut hosts, mut wrong) = (Vec::new(), Vec::new());
        for grant in &self.capabilities {
            let (name, host) = grant.split_once(':').unwrap_or((grant, ""));
            let reach = match name {
                FETCH => Reach::Public,
                FETCH_PRIVATE => Reach::Anywhere,
                _ => continue,
            };
            match Listed::parse(host, reach) {
                Ok(listed) => hosts.push(listed),
                Err(why) => wrong.push(InvalidHost { grant: grant.clone(), why }),
            }
        }
        if wrong.is_empty() { Ok(Hosts(hosts)) } else { Err(wrong) }
    }
}

/// A grant that names no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{grant}` {why}")]
pub struct InvalidHost {
    /// As the operator wrote it.
    pub grant: String,
    /// A predicate.
    pub why: &'static str,
}

/// Hosts that a plugin may send requests to. Each is granted as one of:
///
/// - `fetch:example.org`, `fetch:*.example.org` (all below it, not itself), `fetch:*` (every host);
/// - with `:8080` behind it, on that port alone;
/// - `fetch-private:HOST`, for a host whose addresses need not be public. It is named exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Listed>);

/// Which addresses a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Those of the public internet.
    Public,
    /// Any, those of the operator's own network included.
    Anywhere,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    name: Name,
    port: Option<u16>,
    reach: Reach,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Any,
    /// With the dot that it begins with.
    Below(String),
    Exactly(Host),
}

impl Hosts {
    /// How far a request may go for its answer; none: it is not sent.
    pub fn reach(&self, url: &Url) -> Option<Reach> {
        let host = url.host()?.to_owned();
        let listed = self.0.iter().filter(|listed| listed.covers(&host, url));
        listed.map(|listed| listed.reach).max()
    }
}

impl Listed {
    fn parse(text: &str, reach: Reach) -> Result<Self, &'static str> {
        let (host, port) = split_port(text)?;
        let name = match host {
            "" => return Err("names no host: `fetch:example.org` does"),
            "*" => Name::Any,
            _ => match host.strip_prefix("*.") {
                Some(above) => match parse(above)? {
                    Host::Domain(above) => Name::Below(format!(".{above}")),
                    Host::Ipv4(_) | Host::Ipv6(_) => return Err("has `*.` before an address"),
                },
                None => Name::Exactly(parse(host)?),
            },
        };
        if reach == Reach::Anywhere && !matches!(name, Name::Exactly(_)) {
            return Err("must name one host exactly, as it may be within your own network");
        }
        Ok(Self { name, port, reach })
    }

    fn covers(&self, host: &Host, url: &Url) -> bool {
        let is_named = match (&self.name, host) {
            (Name::Any, _) => true,
            (Name::Below(above), Host::Domain(name)) => rootless(name).ends_with(above.as_str()),
            (Name::Exactly(Host::Domain(exactly)), Host::Domain(name)) => exactly == rootless(name),
            (Name::Exactly(exactly), host) => exactly == host,
            (Name::Below(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
        };
        is_named && self.port.is_none_or(|port| url.port_or_known_default() == Some(port))
    }
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let Some((host, port)) = text.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) else {
        return Ok((text, None));
    };
    if host.contains(':') && !host.ends_with(']') {
        return Err("has an IPv6 address without brackets: `[2001:db8::1]`");
    }
    match port.parse() {
        Ok(port) => Ok((host, Some(port))),
        Err(_) => Err("names a host only, without scheme or path, and a port if need be"),
    }
}

fn parse(host: &str) -> Result<Host, &'static str> {
    match Host::parse(host) {
        Ok(Host::Domain(name)) if name.contains('*') => {
            Err("has a `*` that is not its first part: `*.example.org`")
        }
        Ok(Host::Domain(name)) => Ok(Host::Domain(rootless(&name).to_owned())),
        Ok(address) => Ok(address),
        Err(_) => Err("names no host: `fetch:example.org` does"),
    }
}

/// `example.org.` is `example.org`.
fn rootless(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(capabilities: &[&str]) -> Grants {
        let capabilities = capabilities.iter().map(|&granted| granted.to_owned()).collect();
        Grants { capabilities, settings: None }
    }

    fn reach(capabilities: &[&str], url: &str) -> Option<Reach> {
        grants(capabilities).hosts().unwrap().reach(&url.parse().unwrap())
    }

    #[test]
    fn only_hosts_that_are_listed_are_reached() {
        for (granted, url, reached) in [
            ("fetch:example.org", "https://example.org/a", true),
            ("fetch:example.org", "http://EXAMPLE.org.:8080/", true),
            ("fetch:example.org", "https://www.example.org/", false),
            ("fetch:example.org", "https://example.org.evil.net/", false),
            ("fetch:*.example.org", "https://a.b.example.org/", true),
            ("fetch:*.example.org", "https://example.org/", false),
            ("fetch:*.example.org", "https://notexample.org/", false),
            ("fetch:*", "https://anything.net/", true),
            ("fetch:*", "http://192.0.2.7/", true),
            ("fetch:example.org:8443", "https://example.org:8443/", true),
            ("fetch:example.org:443", "https://example.org/", true),
            ("fetch:example.org:8443", "https://example.org/", false),
            ("fetch:192.0.2.1", "http://0xc0000201/", true),
            ("fetch:[2001:db8::1]:80", "http://[2001:db8:0::1]/", true),
            ("fetch:bücher.example", "https://xn--bcher-kva.example/", true),
            ("records", "https://example.org/", false),
        ] {
            assert_eq!(reach(&[granted], url).is_some(), reached, "{granted} {url}");
        }
    }

    #[test]
    fn a_private_host_is_named_for_itself() {
        let granted = ["fetch:*", "fetch-private:wiki.intern:8080"];

        assert_eq!(reach(&granted, "http://wiki.intern:8080/"), Some(Reach::Anywhere));
        assert_eq!(reach(&granted, "http://wiki.intern/"), Some(Reach::Public));
        assert!(grants(&["fetch-private:*"]).hosts().is_err());
        assert!(grants(&["fetch-private:*.intern"]).hosts().is_err());
    }

    #[test]
    fn every_grant_without_a_host_is_told() {
        let granted = [
            "fetch",
            "fetch:",
            "fetch:https://example.org",
            "fetch:example.org/path",
            "fetch:a*b.org",
            "fetch:*.1",
            "fetch:2001:db8::1",
            "fetch:example.org:http",
            "records",
        ];

        let wrong = grants(&granted).hosts().unwrap_err();

        let told: Vec<_> = wrong.iter().map(|wrong| wrong.grant.as_str()).collect();
        assert_eq!(told, &granted[..8]);
    }

    #[test]
    fn a_grant_of_hosts_allows_fetch() {
        assert!(grants(&["fetch:example.org"]).allow("fetch"));
        assert!(grants(&["fetch-private:127.0.0.1"]).allow("fetch"));
        assert!(grants(&["records"]).allow("records"));
        assert!(!grants(&["records"]).allow("fetch"));
        assert!(!grants(&["fetch:example.org"]).allow("records"));
    }
}
