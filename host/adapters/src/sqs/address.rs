//! Where the queues are, and as whom they are used.

use repono_service::{Error, Result};
use url::Url;

/// There is no `Debug`: it holds a secret.
pub(super) struct Address {
    pub(super) endpoint: Url,
    pub(super) region: String,
    pub(super) key: String,
    pub(super) secret: String,
    /// Queues keep an order, and delay nothing.
    pub(super) fifo: bool,
}

impl Address {
    pub(super) fn read(url: &str) -> Result<Self> {
        Self::find(url).ok_or_else(|| {
            // Not with what was given: there may be a password in it.
            Error::Invalid(
                "the address of the broker is not one of an SQS: sqs://KEY:SECRET@sqs.REGION.amazonaws.com, or sqs+http://KEY:SECRET@host:port?region=REGION"
                    .to_owned(),
            )
        })
    }

    fn find(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let scheme = match url.scheme() {
            "sqs" => "https",
            "sqs+http" => "http",
            _ => return None,
        };
        let host = url.host_str().filter(|host| !host.is_empty())?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let (mut region, mut fifo) = (region_of(host), false);
        for (name, value) in url.query_pairs() {
            match &*name {
                "region" => region = Some(value.into_owned()),
                "fifo" => fifo = value.parse().ok()?,
                _ => return None,
            }
        }
        Some(Self {
            endpoint: Url::parse(&format!("{scheme}://{host}{port}/")).ok()?,
            region: region?,
            key: plain(url.username())?,
            secret: plain(url.password()?)?,
            fifo,
        })
    }
}

/// Of `sqs.eu-central-1.amazonaws.com`.
fn region_of(host: &str) -> Option<String> {
    let (region, rest) = host.strip_prefix("sqs.")?.split_once('.')?;
    rest.starts_with("amazonaws.com").then(|| region.to_owned())
}

fn plain(part: &str) -> Option<String> {
    let part = percent_encoding::percent_decode_str(part).decode_utf8().ok()?;
    Some(part.into_owned()).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_at_amazon_says_its_region() {
        let address = Address::read("sqs://AKIA:s%2Fecret@sqs.eu-central-1.amazonaws.com").unwrap();

        assert_eq!(address.endpoint.as_str(), "https://sqs.eu-central-1.amazonaws.com/");
        assert_eq!((&*address.region, &*address.key), ("eu-central-1", "AKIA"));
        assert_eq!((&*address.secret, address.fifo), ("s/ecret", false));
    }

    #[test]
    fn an_address_elsewhere_names_it() {
        let address =
            Address::read("sqs+http://a:b@127.0.0.1:9324?region=local&fifo=true").unwrap();

        assert_eq!(address.endpoint.as_str(), "http://127.0.0.1:9324/");
        assert_eq!((&*address.region, address.fifo), ("local", true));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for url in [
            "https://a:secret@sqs.eu-central-1.amazonaws.com",
            "sqs://a:secret@queues.example.org",
            "sqs://a:secret@sqs.eu-central-1.amazonaws.com?colour=red",
            "sqs://sqs.eu-central-1.amazonaws.com",
            "secret",
        ] {
            let refused = Address::read(url).err().unwrap().to_string();

            assert!(!refused.contains("secret"), "{url}: {refused}");
        }
    }
}
