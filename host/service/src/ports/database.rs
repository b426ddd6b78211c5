//! Changes that happen together.
//!
//! A transaction is a value: a list of [`Change`]s with their preconditions, carried out all or not
//! at all. So no guest code and no other wait can ever sit inside one, and a backend may put the
//! transactions of many callers into one commit.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{
    CollectionName, Digest, Doi, Draft, Letter, Parent, PluginName, Record, RecordId, Schedule,
    Task, TaskId, Token, TraceParent, User, UserId, Webhook, WebhookDelivery,
};

use super::{
    Accounts, Activation, Announcements, Dois, Indices, Kv, Letters, Nodes, Outbox, Package,
    Packages, Queue, Records, Schedules, Tasks, Vocabularies, Webhooks,
};
use crate::Result;

/// One step of a transaction.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new work. Its id must be unused.
    InsertParent(Parent),
    /// Moves a work's version marks; a conflict unless they still are `from` (latest, highest).
    MoveVersions {
        /// Which work.
        parent: RecordId,
        /// `latest` and `highest` as the caller read them.
        from: (Option<u32>, u32),
        /// As they shall be.
        to: (Option<u32>, u32),
        /// The work's own identifiers as they shall be.
        pids: serde_json::Map<String, serde_json::Value>,
    },
    /// A work of which nothing is left: its only draft was deleted.
    DeleteParent(RecordId),
    /// A new draft. A conflict if there is one with this id.
    InsertDraft(Draft),
    /// Replaces the draft with the same id; a conflict unless the stored one is of revision
    /// `expected`.
    ReplaceDraft {
        /// As it shall be.
        draft: Draft,
        /// As the caller read it.
        expected: u64,
    },
    /// Removes a draft; a conflict unless it is of revision `expected`.
    DeleteDraft {
        /// Which.
        id: RecordId,
        /// Of which work.
        parent: RecordId,
        /// As the caller read it.
        expected: u64,
    },
    /// A new published version. Appends the first entry to its history.
    InsertRecord {
        /// What is published.
        record: Record,
        /// Who published it; none: the repository itself.
        by: Option<UserId>,
    },
    /// A published version becomes another, or a tombstone; a conflict unless the stored one is
    /// of revision `expected`. Appends to its history.
    ReplaceRecord {
        /// As it shall be.
        record: Record,
        /// As the caller read it.
        expected: u64,
        /// Who changed it; none: the repository itself.
        by: Option<UserId>,
    },
    /// Removes what a deleted record said from its history: every revision has this document from now on. A
    /// conflict unless the stored record is of revision `expected`, which it stays.
    PurgeRecord {
        /// As it shall be.
        record: Record,
        /// As the caller read it.
        expected: u64,
    },
    /// Promises to bring the search index in line with this record and its draft.
    Index {
        /// Where it belongs.
        collection: CollectionName,
        /// Which.
        record: RecordId,
        /// The trace in which it is promised, kept with the promise.
        trace: Option<TraceParent>,
    },
    /// Keeps in mind which record an imported line became; a conflict if another import of the line
    /// came first.
    Import {
        /// SHA-256 of all that makes two lines the same.
        line: Digest,
        /// What it became.
        record: RecordId,
        /// What it became the last time, if that is gone.
        instead_of: Option<RecordId>,
    },
    /// Asks for work to be done later. A conflict if there is a task with its id or one of its keys.
    Enqueue(Task),
    /// A new schedule. A conflict if there is one of this name.
    InsertSchedule(Schedule),
    /// Replaces the schedule of the same name; a conflict unless the stored one is of revision
    /// `expected`. So of many that fire the same tick one does.
    ReplaceSchedule {
        /// As it shall be, `revision` included. It keeps its `created`.
        schedule: Schedule,
        /// As the caller read it.
        expected: u64,
    },
    /// Removes a schedule, and that tasks were its; a conflict unless it is of revision `expected`.
    DeleteSchedule {
        /// Which.
        name: String,
        /// As the caller read it.
        expected: u64,
    },
    /// Keeps which schedule a task is of; a conflict if another is for the same tick.
    NoteRun {
        /// The schedule's name.
        schedule: String,
        /// The task, enqueued in the same transaction.
        task: TaskId,
        /// The tick; none: somebody asked for it.
        tick: Option<Timestamp>,
    },
    /// Takes a task from the list of its schedule. Not an error if it is not there.
    ForgetRun {
        /// The schedule's name.
        schedule: String,
        /// The task, which is kept.
        task: TaskId,
    },
    /// A DOI has to be brought in line with its record: its progress is waiting, one revision further.
    FollowDoi {
        /// The version or the work that it names.
        record: RecordId,
        /// Where that belongs.
        collection: CollectionName,
        /// Prefix and suffix.
        name: String,
    },
    /// Keeps what came of an attempt to bring a DOI in line: `progress`, `state`, `failure` and
    /// `attempted`. Nothing happens if it is of another revision by now.
    SettleDoi(Doi),
    /// Removes a DOI that the agency does not have any more. Nothing happens if it is of another
    /// revision by now.
    ForgetDoi {
        /// The version or the work that it named.
        record: RecordId,
        /// As the caller read it.
        revision: u64,
    },
    /// A letter that somebody is owed. A conflict if there is one for the same event and person.
    InsertLetter(Letter),
    /// Letters, by their ids, become part of another; a conflict unless all wait for the daily one.
    CollectLetters(Vec<String>),
    /// A new receiver of webhooks. A conflict if there is one with its id.
    InsertWebhook(Webhook),
    /// Replaces the webhook with the same id; a conflict unless the stored one is of revision
    /// `expected`. It keeps its `created`.
    ReplaceWebhook {
        /// As it shall be, `revision` included.
        webhook: Webhook,
        /// As the caller read it.
        expected: u64,
    },
    /// Removes a webhook and all that it was told or was to be told. Not an error if there is none.
    DeleteWebhook(String),
    /// Something that a receiver is to be told.
    InsertDelivery(WebhookDelivery),
    /// A new account; its `id` is ignored and given by the database. A conflict if the e-mail
    /// address is taken.
    InsertUser {
        /// The account.
        user: User,
    },
    /// A new token; its `id` is ignored and given by the database.
    InsertToken {
        /// The token.
        token: Token,
        /// SHA-256 of its secret.
        hash: [u8; 32],
    },
    /// Makes a token useless at once. Not an error if there is none.
    RevokeToken(i64),
    /// Keeps a plugin's bytes. Not an error if they are there.
    InsertPackage(Package),
    /// Removes a plugin's bytes; a conflict while revisions or an activation point to them.
    DeletePackage(Digest),
    /// Empties a plugin's own store. Not an error if there is none.
    EmptyKv(PluginName),
    /// Makes a package the one in force for its plugin's name, or none.
    Activate {
        /// The plugin.
        plugin: PluginName,
        /// In force from now on; none: the plugin is taken out of force.
        activation: Option<Activation>,
    },
    /// Replaces all terms of a vocabulary that came from this plugin.
    ReplaceVocabulary {
        /// Its name.
        vocabulary: String,
        /// Where it comes from.
        plugin: PluginName,
        /// Its terms in order, `(id, JSON)`.
        terms: Vec<(String, String)>,
    },
}

/// What a carried-out transaction brought.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Outbox numbers of its [`Change::Index`] steps, in their order.
    pub outbox: Vec<i64>,
    /// Numbers given by the database to users and tokens, in the order of their steps.
    pub ids: Vec<i64>,
}

/// Carries out transactions.
#[async_trait]
pub trait Transactions: Send + Sync {
    /// Carries out all of `changes`, or none. When it answers, they are durable.
    ///
    /// Every change to a draft or record moves its parent's `revision`: that number orders what
    /// is written to the search index.
    ///
    /// # Errors
    /// `Conflict` when a precondition does not hold, `RevisionMismatch` when it is the revision of a
    /// draft or record that is there; `Unavailable` when nothing is known to be stored and the same
    /// may work later.
    async fn write(&self, changes: Vec<Change>) -> Result<Written>;

    /// Says whether it answers.
    async fn ping(&self) -> Result<()>;
}

/// Everything that is kept in SQL.
pub trait Database:
    Transactions
    + Records
    + Outbox
    + Accounts
    + Packages
    + Vocabularies
    + Tasks
    + Queue
    + Announcements
    + Nodes
    + Indices
    + Schedules
    + Kv
    + Dois
    + Letters
    + Webhooks
{
}

impl<
    T: Transactions
        + Records
        + Outbox
        + Accounts
        + Packages
        + Vocabularies
        + Tasks
        + Queue
        + Announcements
        + Nodes
        + Indices
        + Schedules
        + Kv
        + Dois
        + Letters
        + Webhooks,
> Database for T
{
}
