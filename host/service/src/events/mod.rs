//! What happens to published records, for those who act on it later.
//!
//! What follows from an event is stored in its transaction, or neither is.

use repono_domain::{Record, UserId};

use crate::ports::Change;
use crate::{Context, Result, dois, mail, webhooks};

/// Something that is about to happen to a published version.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What it is.
    pub kind: EventKind,
    /// The record as it will be.
    pub record: &'a Record,
    /// Who does it; none: the repository itself.
    pub by: Option<UserId>,
}

/// What can happen to a published version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// It was published for the first time.
    Published,
    /// It was edited and published again, or brought back after it had been deleted.
    Updated,
    /// A tombstone took its place.
    Deleted,
}

impl<'a> Event<'a> {
    /// What happens by a change, if it is to a published version.
    fn of(change: &'a Change) -> Option<Self> {
        match change {
            Change::InsertRecord { record, by } => {
                Some(Self { kind: EventKind::Published, record, by: *by })
            }
            Change::ReplaceRecord { record, by, .. } => {
                let deleted = record.tombstone.is_some();
                let kind = if deleted { EventKind::Deleted } else { EventKind::Updated };
                Some(Self { kind, record, by: *by })
            }
            _ => None,
        }
    }
}

/// What is to be stored with `changes` because of what happens by them.
///
/// Part of every write: whoever follows decides by what is in memory whether there is anybody to tell, and
/// tells them in a task.
pub(crate) async fn follow(ctx: &Context, changes: &[Change]) -> Result<Vec<Change>> {
    let events: Vec<_> = changes.iter().filter_map(Event::of).collect();
    let mut following = webhooks::follow(ctx, &events)?;
    for event in &events {
        following.extend(dois::follow(ctx, event)?);
        following.extend(mail::follow(ctx, event).await?);
    }
    Ok(following)
}
