//! Finding out whether letters arrive.

use crate::ports::Mail;
use crate::{Context, Error, Result};

/// Sends a letter that says that it arrived; answers its id. For administrators.
///
/// # Errors
/// `Unavailable`: the mail server, or the folder, did not take it now. `Invalid`: it never will, with what
/// it said.
#[tracing::instrument(name = "mail.try_out", skip_all)]
pub async fn try_out(ctx: &Context, to: &str) -> Result<String> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let mail = Mail {
        id: ctx.ids.task().0,
        to: to.trim().to_owned(),
        subject: "Mail from Repono arrives".to_owned(),
        text: format!(
            "An administrator of {} tried out whether its mail arrives: it does.\n",
            ctx.settings.site_url
        ),
        html: None,
    };
    ctx.mailer.send(&mail).await?;
    Ok(mail.id)
}
