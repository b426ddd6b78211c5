//! A new token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use repono_domain::{Scope, Token, UserId};
use sha2::{Digest as _, Sha256};

use crate::ports::Change;
use crate::{Context, Error, Result};

/// A token and its secret, which is told this once and never again.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What is kept.
    pub token: Token,
    /// What its owner sends.
    pub secret: String,
}

/// Makes a token for a user: users for themselves, administrators for everyone.
#[tracing::instrument(name = "accounts.create_token", skip_all, fields(user.id = %user))]
pub async fn create_token(
    ctx: &Context,
    user: UserId,
    name: &str,
    scopes: Vec<Scope>,
    expires: Option<Timestamp>,
) -> Result<NewToken> {
    if !ctx.caller.may_change(user) {
        return Err(Error::Forbidden);
    }
    let Some(owner) = ctx.database.user(user).await? else {
        return Err(Error::NotFound(format!("There is no user {user}.")));
    };
    if scopes.contains(&Scope::Admin) && !owner.admin {
        return Err(Error::Invalid(format!(
            "The user {} is not an administrator, so no token of theirs can be one's.",
            owner.email
        )));
    }
    if expires.is_some_and(|expires| expires <= ctx.clock.now()) {
        return Err(Error::Invalid("The token would have expired already.".to_owned()));
    }
    let secret = format!("rep_{}", URL_SAFE_NO_PAD.encode(ctx.ids.secret()));
    let hash = Sha256::digest(secret.as_bytes()).into();
    let mut token =
        Token { id: 0, user, name: name.to_owned(), scopes, created: ctx.clock.now(), expires };
    let written =
        ctx.database.write(vec![Change::InsertToken { token: token.clone(), hash }]).await?;
    token.id = written.ids.first().copied().unwrap_or_default();
    Ok(NewToken { token, secret })
}
