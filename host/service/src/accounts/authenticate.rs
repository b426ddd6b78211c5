//! Whose a token is.

use repono_domain::{Caller, Scope};
use sha2::{Digest as _, Sha256};

use crate::{Result, Services};

/// The caller that a bearer token speaks for; anonymous when it is unknown, expired, or its user
/// blocked: as in `InvenioRDM`, what needs rights then answers 403.
///
/// Only the secret's SHA-256 is stored and compared, by the database's index: what a timing could
/// tell is a prefix of a hash, which does not lead back to the secret.
pub async fn authenticate(services: &Services, secret: &str) -> Result<Caller> {
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let Some((token, user)) = services.database.token(&hash).await? else {
        return Ok(Caller::Anonymous);
    };
    let expired = token.expires.is_some_and(|expires| expires <= services.clock.now());
    if expired || user.blocked {
        return Ok(Caller::Anonymous);
    }
    let has = |scope| token.scopes.contains(&scope);
    Ok(Caller::User {
        id: user.id,
        admin: user.admin && has(Scope::Admin),
        writes: has(Scope::Write),
    })
}
