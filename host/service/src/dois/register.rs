//! Telling the agency what a DOI's record says.

use std::sync::Arc;

use repono_domain::{CollectionName, Doi, DoiProgress, DoiState, RecordId};
use serde_json::{Map, Value};

use super::metadata::{Named, metadata};
use crate::collections::Collection;
use crate::ports::{Change, RegistrationAgency};
use crate::{Context, Error, Result};

/// The kind of the tasks that do it.
pub(crate) const KIND: &str = "repono.register-doi";

/// What the agency is to make of a DOI.
enum Wanted {
    /// Everyone finds it, with this metadata.
    Published { page: String, metadata: Map<String, Value> },
    /// Nobody does: its record is a draft, restricted, or deleted.
    Withheld { page: String },
    /// Nothing has it any more.
    Discarded,
}

/// Whoever finds so often that its record has changed meanwhile leaves it to a later attempt.
const ROUNDS: u32 = 10;

/// Brings the DOI of a version or a work in line with what is stored of it now. Answers how it stands
/// then; none: there is no such DOI, or it is gone. What comes of it is kept with the DOI.
///
/// Two that do it side by side may tell the agency in another order than they have looked. So whoever has told it
/// looks once more, and begins again if there was a change: the last to tell it tells what is true.
///
/// # Errors
/// `Invalid` with all that is wrong, if another attempt would do no better.
pub(crate) async fn register(ctx: &Context, record: RecordId) -> Result<Option<DoiState>> {
    let Some(mut doi) = ctx.database.doi(record).await? else { return Ok(None) };
    for _ in 0..ROUNDS {
        let outcome = tell(ctx, &doi).await;
        let kept = ctx.database.write(vec![settled(ctx, &doi, &outcome)]).await;
        // A failure is what its reader has to know; that it was not kept is known when it is tried again.
        let state = outcome?;
        kept?;
        match ctx.database.doi(record).await? {
            Some(now) if now.revision == doi.revision => return Ok(state),
            Some(now) => doi = now,
            None if state.is_none() => return Ok(None),
            // Someone else had it discarded, perhaps before the agency was told of it here.
            None => {}
        }
    }
    Err(Error::Conflict(format!("the record of {} changes faster than it can be told", doi.name)))
}

fn settled(ctx: &Context, doi: &Doi, outcome: &Result<Option<DoiState>>) -> Change {
    let told = Doi { failure: None, attempted: Some(ctx.clock.now()), ..doi.clone() };
    match outcome {
        Ok(None) => Change::ForgetDoi { record: doi.record, revision: doi.revision },
        Ok(state) => Change::SettleDoi(Doi { progress: DoiProgress::Done, state: *state, ..told }),
        Err(error) => {
            let failure = Some(error.told());
            Change::SettleDoi(Doi { progress: DoiProgress::Failed, failure, ..told })
        }
    }
}

async fn tell(ctx: &Context, doi: &Doi) -> Result<Option<DoiState>> {
    let agency = agency(ctx)?;
    let name = &doi.name;
    match wanted(ctx, doi).await? {
        Wanted::Published { page, metadata } => {
            let state = agency.publish(name, &page, &metadata).await?;
            if state == DoiState::Findable {
                return Ok(Some(state));
            }
            Err(Error::Invalid(format!(
                "the registration agency took {name}, but leaves it {}: it does not publish DOIs of this prefix for this account",
                state.as_str()
            )))
        }
        Wanted::Withheld { page } => agency.withhold(name, &page).await.map(Some),
        Wanted::Discarded => agency.discard(name).await.map(|()| None),
    }
}

fn agency(ctx: &Context) -> Result<&Arc<dyn RegistrationAgency>> {
    ctx.agency.as_ref().ok_or_else(|| {
        Error::Invalid("DOIs are registered nowhere: set doi.url, then try this again".to_owned())
    })
}

async fn wanted(ctx: &Context, doi: &Doi) -> Result<Wanted> {
    let id = doi.record;
    let is_it = |pids: &Map<String, Value>| Doi::own(id, pids) == Some(&*doi.name);
    let collection = ctx.active.load().collection(&doi.collection)?;
    let stored = ctx.database.stored(&[id]).await?.pop();
    let (record, draft) = stored.map_or((None, None), |stored| (stored.record, stored.draft));
    if let Some(record) = record.filter(|record| is_it(&record.document.pids)) {
        return published(ctx, &collection, id, Named::Version(&record)).await;
    }
    if draft.is_some_and(|draft| is_it(&draft.document.pids)) {
        return Ok(Wanted::Withheld { page: page(ctx, &doi.collection, id) });
    }
    let Some(parent) = ctx.database.parent(&doi.collection, id).await? else {
        return Ok(Wanted::Discarded);
    };
    if !is_it(&parent.pids) {
        return Ok(Wanted::Discarded);
    }
    let latest = match parent.latest {
        Some(latest) => ctx.database.version(id, latest).await?,
        None => None,
    };
    match latest {
        Some(latest) => published(ctx, &collection, id, Named::Work(&latest)).await,
        None => Ok(Wanted::Withheld { page: page(ctx, &doi.collection, id) }),
    }
}

/// Everyone finds what everyone may read.
async fn published(
    ctx: &Context,
    collection: &Arc<Collection>,
    id: RecordId,
    named: Named<'_>,
) -> Result<Wanted> {
    let page = page(ctx, &collection.name, id);
    let record = named.record();
    if record.tombstone.is_some() || !record.is_public() {
        return Ok(Wanted::Withheld { page });
    }
    let metadata = metadata(ctx, collection, named).await?;
    Ok(Wanted::Published { page, metadata })
}

/// As `links.self_html` of a record.
fn page(ctx: &Context, collection: &CollectionName, id: RecordId) -> String {
    format!("{}/{collection}/{id}", ctx.settings.site_url)
}
