//! A new webhook.

use repono_domain::{CollectionName, Problem, UserId, Webhook};

use super::sign::secret;
use super::{EVENTS, load};
use crate::ports::Change;
use crate::{Context, Error, Result};

/// So many there are at most: each is looked at whenever a record changes.
const MOST: usize = 100;

/// What a webhook is made of.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Where the receiver is.
    pub url: String,
    /// Of what it is told; nothing: of everything.
    pub events: Vec<String>,
    /// Of which collection; none: of all.
    pub collection: Option<String>,
}

/// Makes a webhook, whose secret is told this once. Whoever makes it is told when it fails. For
/// administrators.
///
/// # Errors
/// `InvalidDocument` with every problem; `Conflict` if there are too many.
#[tracing::instrument(name = "webhooks.create", skip_all)]
pub async fn create(ctx: &Context, new: NewWebhook) -> Result<Webhook> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let (events, collection) = judge(ctx, &new)?;
    if ctx.database.webhooks().await?.len() >= MOST {
        return Err(Error::Conflict(format!(
            "There are {MOST} webhooks already, and no more may be; remove one first."
        )));
    }
    let webhook = Webhook {
        id: ctx.ids.task().0,
        owner: ctx.caller.user().unwrap_or(UserId(1)),
        url: new.url,
        events,
        collection,
        secret: secret(ctx.ids.secret()),
        revision: 1,
        created: ctx.clock.now(),
        failures: 0,
        disabled: None,
    };
    ctx.database.write(vec![Change::InsertWebhook(webhook.clone())]).await?;
    load(ctx).await?;
    Ok(webhook)
}

/// The events and the collection, or every problem.
fn judge(ctx: &Context, new: &NewWebhook) -> Result<(Vec<String>, Option<CollectionName>)> {
    let mut problems = Vec::new();
    if let Err(error) = ctx.receivers.check(&new.url) {
        problems.push(Problem::error("/url", "refused-url", error.to_string()));
    }
    for event in new.events.iter().filter(|event| !EVENTS.contains(&event.as_str())) {
        let what = format!("There is no event {event:?}; there are: {}.", EVENTS.join(", "));
        problems.push(Problem::error("/events", "unknown-event", what));
    }
    let mut collection = None;
    if let Some(name) = &new.collection {
        collection = name.parse().ok().filter(|name| ctx.active.load().collection(name).is_ok());
        if collection.is_none() {
            let what = format!("There is no collection {name:?}.");
            problems.push(Problem::error("/collection", "unknown-collection", what));
        }
    }
    if !problems.is_empty() {
        return Err(Error::InvalidDocument(problems));
    }
    let all = || EVENTS.map(str::to_owned).to_vec();
    let mut events = if new.events.is_empty() { all() } else { new.events.clone() };
    events.sort();
    events.dedup();
    Ok((events, collection))
}
