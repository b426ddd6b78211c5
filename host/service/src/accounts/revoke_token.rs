//! Making a token useless.

use crate::ports::Change;
use crate::{Context, Error, Result};

/// Makes a token useless at once: one's own, or anyone's for administrators.
#[tracing::instrument(name = "accounts.revoke_token", skip_all, fields(token.id = id))]
pub async fn revoke_token(ctx: &Context, id: i64) -> Result<()> {
    let tokens = ctx.database.tokens(ctx.caller.user().filter(|_| !ctx.caller.is_admin())).await?;
    let Some(token) = tokens.into_iter().find(|token| token.id == id) else {
        return Err(Error::NotFound(format!("There is no token {id}.")));
    };
    if !ctx.caller.may_change(token.user) {
        return Err(Error::Forbidden);
    }
    ctx.database.write(vec![Change::RevokeToken(id)]).await?;
    Ok(())
}
