//! Signatures after *Standard Webhooks*.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use repono_domain::WebhookSecret;
use sha2::Sha256;

use crate::{Error, Result};

/// Begins every secret.
const PREFIX: &str = "whsec_";

/// A secret of 32 random bytes.
pub(super) fn secret(bytes: [u8; 32]) -> WebhookSecret {
    WebhookSecret(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// What goes into `webhook-signature` for a message with this id at this time, in seconds since 1970.
pub(super) fn sign(secret: &WebhookSecret, id: &str, at: i64, body: &str) -> Result<String> {
    let key = secret.0.strip_prefix(PREFIX).and_then(|key| STANDARD.decode(key).ok());
    let key = key.ok_or_else(|| Error::Internal("a webhook's secret is none".to_owned(), None))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)
        .map_err(|error| Error::internal("a webhook's secret is none", error))?;
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one of the specification's reference libraries.
    #[test]
    fn the_published_vector_is_met() {
        let secret = WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());

        let signed =
            sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);

        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_of_ours_signs_and_is_not_shown() {
        let secret = secret([7; 32]);

        assert!(sign(&secret, "a", 1, "b").unwrap().starts_with("v1,"));
        assert!(!format!("{secret:?}").contains("BwcH"));
    }
}
