//! Telling people what others did with their records.

use repono_domain::{Record, UserId};
use serde_json::{Value, json};

use super::{Message, line, owed};
use crate::events::{Event, EventKind};
use crate::ports::Change;
use crate::{Context, Result};

/// Who the repository's operator is: what is done on the server itself, it does.
const OPERATOR: UserId = UserId(1);

/// What is to be stored with an event so that the record's owner is told of it.
pub(crate) async fn follow(ctx: &Context, event: &Event<'_>) -> Result<Vec<Change>> {
    let message = match event.kind {
        EventKind::Published => Message::RecordPublished,
        EventKind::Deleted => Message::RecordDeleted,
        EventKind::Updated => return Ok(Vec::new()),
    };
    of_record(ctx, message, event.record, event.by).await
}

/// The same for one message. Nobody is told what they did themselves.
pub(crate) async fn of_record(
    ctx: &Context,
    message: Message,
    record: &Record,
    by: Option<UserId>,
) -> Result<Vec<Change>> {
    let owner = record.parent.owner;
    if by.unwrap_or(OPERATOR) == owner {
        return Ok(Vec::new());
    }
    let event = format!("{}/{}", record.id, record.revision);
    owed(ctx, owner, message, &event, facts(ctx, record)).await
}

fn facts(ctx: &Context, record: &Record) -> Value {
    let metadata = &record.document.metadata;
    let titles = ["title", "name"].into_iter().filter_map(|name| metadata.get(name)?.as_str());
    let title = titles.map(line).find(|title| !title.is_empty());
    let (collection, id) = (&record.parent.collection, record.id.to_string());
    let mut facts = json!({
        "title": title.unwrap_or_else(|| id.clone()),
        "collection": collection,
        "link": format!("{}/{collection}/{id}", ctx.settings.site_url),
        "id": id,
    });
    if let Some(tombstone) = &record.tombstone {
        facts["note"] = line(&tombstone.note).into();
    }
    facts
}
