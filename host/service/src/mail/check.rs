//! Finding out whether all templates can be used.

use crate::{Context, Error, Result};

/// Writes every message in every language. Answers a sentence for each template that cannot be used. For
/// administrators.
pub fn check(ctx: &Context) -> Result<Vec<String>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    Ok(ctx.templates.problems())
}
