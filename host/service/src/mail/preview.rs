//! Looking at a letter before anybody gets it.

use super::{Message, Written, filled};
use crate::{Context, Error, Result};

/// Writes a message about an example. For administrators.
///
/// # Errors
/// `NotFound`: there is no such template, with those there are. `Invalid`: it cannot be used, with what is wrong.
pub fn preview(ctx: &Context, template: &str, language: Option<&str>) -> Result<Written> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let message = Message::named(template)?;
    let facts = filled(&ctx.settings.site_url, "ada@example.org", message.example());
    ctx.templates.write(message, language, &facts)
}
