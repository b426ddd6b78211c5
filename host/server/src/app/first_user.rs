//! The account of whoever set the repository up.

use repono_domain::{User, UserId};
use repono_service::{Context, Error, accounts};

/// Its e-mail address.
pub(crate) const EMAIL: &str = "admin@localhost";

/// Makes the first user, an administrator, if there is no user: what the local operator deposits
/// belongs to it.
pub(super) async fn ensure(ctx: &Context) -> Result<(), Error> {
    if !accounts::users(ctx).await?.is_empty() {
        return Ok(());
    }
    let user: User = match accounts::create_user(ctx, EMAIL, true).await {
        // Another node that starts at the same time has made it.
        Err(Error::Conflict(_)) => return Ok(()),
        created => created?,
    };
    if user.id != UserId(1) {
        tracing::warn!(user.id = %user.id, "the first user is not number 1: local deposits will have no owner");
    }
    tracing::info!(user.id = %user.id, "created the administrator {EMAIL}; `repono token create` makes it a token");
    Ok(())
}
