//! What a repository is made of: records, drafts, who may see them, what is wrong with them, and who is
//! told of them.
//!
//! **Invariant:** nothing here reads a clock, draws a random number, or does input or output.

mod access;
mod document;
mod doi;
mod identity;
mod letter;
mod names;
mod node;
mod problem;
mod record;
mod record_id;
mod schedule;
mod task;
mod trace_parent;
mod webhook;
mod workflow;

pub use access::{Access, Embargo, Status, Visibility};
pub use document::{Document, Files};
pub use doi::{Doi, DoiProgress, DoiState};
pub use identity::{Caller, Scope, Token, User, UserId};
pub use letter::{Letter, LetterState, MailSettings, Topic, When};
pub use names::{CollectionName, Digest, InvalidName, PluginName};
pub use node::{Node, WorkedQueue};
pub use problem::{Problem, Severity, dotted, pointer_step};
pub use record::{Draft, Parent, Record, Revision, SchemaStamp, Tombstone};
pub use record_id::{InvalidRecordId, RecordId};
pub use schedule::{CatchUp, Origin, Paused, Plan, Schedule};
pub use task::{LogLevel, LogLine, Task, TaskId, TaskState};
pub use trace_parent::{InvalidTraceParent, TraceParent};
pub use webhook::{DeliveryState, Webhook, WebhookDelivery, WebhookSecret};
pub use workflow::{Step, Verdict, decide};
