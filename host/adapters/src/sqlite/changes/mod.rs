//! The statements that carry out a [`Change`].

mod accounts;
mod packages;
mod records;
mod work;

use repono_domain::RecordId;
use repono_service::Result;
use repono_service::ports::Change;

use super::script::Script;

pub(super) use work::promise;

/// Statements for all of `changes`.
pub(super) fn script(changes: Vec<Change>, now: i64) -> Result<Script> {
    let mut script = Script::default();
    let mut works = Works::default();
    for change in changes {
        add(&mut script, &mut works, change, now)?;
    }
    for id in works.changed {
        records::count_change(&mut script, id);
    }
    Ok(script)
}

/// Works whose revision is to move, each once.
#[derive(Default)]
struct Works {
    changed: Vec<RecordId>,
    /// Nobody has seen these yet: their first revision says it all.
    inserted: Vec<RecordId>,
}

impl Works {
    fn insert(&mut self, id: RecordId) {
        self.inserted.push(id);
    }

    fn change(&mut self, id: RecordId) {
        if !self.inserted.contains(&id) && !self.changed.contains(&id) {
            self.changed.push(id);
        }
    }
}

fn add(script: &mut Script, works: &mut Works, change: Change, now: i64) -> Result<()> {
    match change {
        Change::InsertParent(parent) => {
            works.insert(parent.id);
            records::insert_parent(script, &parent)?;
        }
        Change::MoveVersions { parent, from, to, pids } => {
            works.change(parent);
            records::move_versions(script, parent, from, to, &pids)?;
        }
        Change::DeleteParent(id) => records::delete_parent(script, id),
        Change::InsertDraft(draft) => {
            works.change(draft.parent.id);
            records::insert_draft(script, &draft)?;
        }
        Change::ReplaceDraft { draft, expected } => {
            works.change(draft.parent.id);
            records::replace_draft(script, &draft, expected)?;
        }
        Change::DeleteDraft { id, parent, expected } => {
            works.change(parent);
            records::delete_draft(script, id, expected);
        }
        Change::InsertRecord { record, by } => {
            works.change(record.parent.id);
            records::insert_record(script, &record, by)?;
        }
        Change::ReplaceRecord { record, expected, by } => {
            works.change(record.parent.id);
            records::replace_record(script, &record, expected, by)?;
        }
        Change::Index { collection, record } => promise(script, &collection, record, now),
        Change::Enqueue(task) => work::enqueue(script, &task)?,
        Change::InsertUser { user } => accounts::insert_user(script, &user),
        Change::InsertToken { token, hash } => accounts::insert_token(script, &token, &hash)?,
        Change::RevokeToken(id) => accounts::revoke_token(script, id),
        Change::InsertPackage(package) => packages::insert(script, package)?,
        Change::DeletePackage(digest) => packages::delete(script, &digest),
        Change::Activate { plugin, activation } => {
            packages::activate(script, &plugin, activation.as_ref())?;
        }
        Change::ReplaceVocabulary { vocabulary, plugin, terms } => {
            packages::replace_vocabulary(script, &vocabulary, &plugin, terms);
        }
    }
    Ok(())
}
