//! What the steps of a transaction rely on, and how a broken reliance is told.

use repono_domain::{Digest, PluginName, RecordId, TaskId};
use repono_service::Error;
use repono_service::ports::Room;

use super::cells::read;
use super::engine::{Connection, Failure};
use super::statement::Statement;

/// What a step relies on.
#[derive(Clone, Debug)]
pub(super) enum Precondition {
    /// No work has this id.
    NewParent(RecordId),
    /// The work's version marks are as they were read.
    VersionsStand(RecordId),
    /// Nothing of the work is left.
    EmptyParent(RecordId),
    /// The work is there, and has no draft with this id or version.
    NewDraft(RecordId),
    /// The draft is of this revision.
    DraftIs(RecordId, u64),
    /// The work is there, and has no record with this id or version.
    NewRecord(RecordId),
    /// The record is of this revision.
    RecordIs(RecordId, u64),
    /// The record has never been of this revision.
    NewRevision(RecordId, u64),
    /// No other import of the line came first.
    NewLine,
    /// No other task has this id, nor its keys.
    NewTask(TaskId),
    /// The e-mail address is free.
    FreeEmail,
    /// The token's user is there, and its secret is new.
    NewToken,
    /// The package is there.
    StoredPackage(PluginName),
    /// Some package of the plugin is installed.
    InstalledPlugin(PluginName),
    /// The plugin keeps no more than there is room for.
    RoomInKv(PluginName, Room),
    /// No record was accepted by the package.
    NotUsedByRecords(Digest),
    /// No draft was looked at by the package.
    NotUsedByDrafts(Digest),
    /// The package is not in force, nor is the one that replaced it.
    NotInForce(Digest),
    /// No other plugin brought a term with the same id.
    OwnTerms(String),
    /// The claim still holds the task.
    Claimed(TaskId),
    /// There is such a task.
    KnownTask(TaskId),
    /// No other schedule has this name.
    NewSchedule(String),
    /// The schedule is of this revision.
    ScheduleIs(String),
    /// No other task of the schedule is for the same tick.
    NewTick(String),
    /// Nobody was told of the same event.
    NewLetter,
    /// The letter waits for the daily one.
    LetterWaits,
    /// No other webhook has this id.
    NewWebhook,
    /// The webhook is of this revision.
    WebhookIs(String),
}

impl Precondition {
    /// What to tell the caller whose transaction found something else. Looks, within it, for what
    /// is there.
    pub(super) async fn unmet<C: Connection>(&self, connection: &mut C) -> Failure {
        let (table, what, id, expected) = match self {
            Self::DraftIs(id, expected) => ("drafts", "draft", *id, *expected),
            Self::RecordIs(id, expected) => ("records", "record", *id, *expected),
            _ => return self.refused().into(),
        };
        let sql = format!("select revision from {table} where id = ?");
        let rows = match connection.rows(&Statement::new(sql).bind(id)).await {
            Ok(rows) => rows,
            Err(failure) => return failure,
        };
        match rows.first().map(read::<u64>).transpose() {
            Ok(Some(actual)) => Error::RevisionMismatch { expected, actual }.into(),
            Ok(None) => Error::Conflict(format!("the {what} {id} is not there any more")).into(),
            Err(error) => error.into(),
        }
    }

    /// What to tell the caller whose transaction was refused by a constraint.
    pub(super) fn refused(&self) -> Error {
        match self {
            Self::KnownTask(_) | Self::InstalledPlugin(_) => Error::NotFound(self.sentence()),
            Self::RoomInKv(..) => Error::TooLarge(self.sentence()),
            _ => Error::Conflict(self.sentence()),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NewParent(id) => format!("the id {id} is taken by another work"),
            Self::VersionsStand(id) => {
                format!("the versions of {id} were changed by someone else in the meantime")
            }
            Self::EmptyParent(id) => format!("the work {id} still has drafts or versions"),
            Self::NewDraft(id) => format!("there is a draft {id} already, or its work is gone"),
            Self::DraftIs(id, _) => format!("the draft {id} was changed by someone else"),
            Self::NewRecord(id) => {
                format!("the record {id} is published already, or its work is gone")
            }
            Self::NewRevision(id, revision) => {
                format!("the record {id} has had a revision {revision} already")
            }
            Self::RecordIs(id, _) => format!("the record {id} was changed by someone else"),
            Self::NewLine => {
                "the same line was imported by someone else in the meantime".to_owned()
            }
            Self::NewTask(id) => format!("there is a task {id} already, or one with its key"),
            Self::FreeEmail => "there is already a user with this e-mail address".to_owned(),
            Self::NewToken => "there is no such user, or the token exists already".to_owned(),
            Self::StoredPackage(plugin) => {
                format!("the package to put in force for plugin {plugin} is not there")
            }
            Self::InstalledPlugin(plugin) => format!("the plugin {plugin} is not installed"),
            Self::RoomInKv(plugin, Room { entries, bytes }) => format!(
                "the store of the plugin {plugin} is full: it may have {entries} keys, and {bytes} bytes in all"
            ),
            Self::NotUsedByRecords(digest) => format!(
                "records were accepted by package {}: it is kept as long as they are",
                digest.short()
            ),
            Self::NotUsedByDrafts(digest) => format!(
                "there are drafts that package {} has checked: it is kept as long as they are",
                digest.short()
            ),
            Self::NotInForce(digest) => {
                format!("package {} is in force, or the one a rollback leads to", digest.short())
            }
            Self::OwnTerms(vocabulary) => format!(
                "a term of vocabulary {vocabulary} comes twice, or from another plugin already"
            ),
            Self::Claimed(id) => {
                format!("task {id} is no longer held by this claim: its lease ended, or it is over")
            }
            Self::KnownTask(id) => format!("there is no task {id}"),
            Self::NewSchedule(name) => format!("there is a schedule {name} already"),
            Self::ScheduleIs(name) => {
                format!("the schedule {name} was changed by someone else, or has fired")
            }
            Self::NewLetter => "there is a letter to this person about this already".to_owned(),
            Self::LetterWaits => "a letter is part of another already".to_owned(),
            Self::NewWebhook => "there is a webhook with this id already".to_owned(),
            Self::WebhookIs(id) => {
                format!("the webhook {id} was changed by someone else, or removed")
            }
            Self::NewTick(name) => format!("the schedule {name} has fired at this tick already"),
        }
    }
}
