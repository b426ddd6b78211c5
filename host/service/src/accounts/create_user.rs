//! A new account.

use repono_domain::{User, UserId};

use crate::ports::Change;
use crate::{Context, Error, Result};

/// Makes an account. For administrators.
#[tracing::instrument(name = "accounts.create_user", skip_all)]
pub async fn create_user(ctx: &Context, email: &str, admin: bool) -> Result<User> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let email = email.trim().to_lowercase();
    let looks_right = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') || host == "localhost");
    if !looks_right || email.len() > 254 || email.contains(char::is_whitespace) {
        return Err(Error::Invalid(format!("{email:?} is not an e-mail address.")));
    }
    let mut user = User { id: UserId(0), email, admin, blocked: false, created: ctx.clock.now() };
    let written = ctx.database.write(vec![Change::InsertUser { user: user.clone() }]).await?;
    user.id = UserId(written.ids.first().copied().unwrap_or_default());
    Ok(user)
}
