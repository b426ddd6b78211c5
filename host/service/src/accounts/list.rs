//! Reading accounts.

use repono_domain::{Token, User, UserId};

use crate::{Context, Error, Result};

/// All users. For administrators.
pub async fn users(ctx: &Context) -> Result<Vec<User>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.users().await
}

/// One user: oneself, or anyone for administrators.
pub async fn user(ctx: &Context, id: UserId) -> Result<User> {
    if !ctx.caller.sees_all_of(id) {
        return Err(Error::Forbidden);
    }
    ctx.database.user(id).await?.ok_or_else(|| Error::NotFound(format!("There is no user {id}.")))
}

/// One user by e-mail address. For administrators.
pub async fn user_by_email(ctx: &Context, email: &str) -> Result<User> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.user_by_email(email).await?.ok_or_else(|| {
        Error::NotFound(format!("There is no user with the e-mail address {email}."))
    })
}

/// Tokens of a user, or of all for administrators; without their secrets, which nobody knows.
pub async fn tokens(ctx: &Context, user: Option<UserId>) -> Result<Vec<Token>> {
    if !user.map_or(ctx.caller.is_admin(), |user| ctx.caller.sees_all_of(user)) {
        return Err(Error::Forbidden);
    }
    ctx.database.tokens(user).await
}
