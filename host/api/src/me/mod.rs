//! Oneself.

pub(crate) mod mail;
pub(crate) mod read;

use repono_domain::{Caller, UserId};
use repono_service::{Context, Error, Result};

/// Who asks.
fn oneself(ctx: &Context) -> Result<UserId> {
    // What the repository does by itself, it does as its operator, the first user.
    let id = if ctx.caller == Caller::System { Some(UserId(1)) } else { ctx.caller.user() };
    id.ok_or(Error::Forbidden)
}
