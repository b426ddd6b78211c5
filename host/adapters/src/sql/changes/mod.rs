//! The statements that carry out a [`Change`].

mod accounts;
mod dois;
mod letters;
mod packages;
mod records;
mod schedules;
mod webhooks;
mod work;

use std::collections::BTreeSet;

use repono_domain::RecordId;
use repono_service::Result;
use repono_service::ports::Change;

use super::script::Script;
pub(super) use work::announced_at_once;

/// Statements for all of `changes`.
///
/// Works come first and in the order of their ids: whoever else changes something of them waits
/// there, and no two transactions wait for each other.
pub(super) fn script(changes: Vec<Change>, now: i64) -> Result<Script> {
    let mut script = Script::default();
    let works = changed_works(&changes);
    let (moves, changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(
        |change| matches!(change, Change::MoveVersions { parent, .. } if works.contains(parent)),
    );
    for work in works {
        let mut uncounted = true;
        for change in &moves {
            if let Change::MoveVersions { parent, from, to, pids } = change
                && *parent == work
            {
                let count = u32::from(std::mem::take(&mut uncounted));
                records::move_versions(&mut script, work, *from, *to, pids, count)?;
            }
        }
        if uncounted {
            records::count_change(&mut script, work);
        }
    }
    for change in changes {
        add(&mut script, change, now)?;
    }
    Ok(script)
}

/// Works whose revision is to move, but for new ones: their first revision says it all.
fn changed_works(changes: &[Change]) -> BTreeSet<RecordId> {
    let mut works: BTreeSet<RecordId> = changes
        .iter()
        .filter_map(|change| match change {
            Change::InsertDraft(draft) | Change::ReplaceDraft { draft, .. } => {
                Some(draft.parent.id)
            }
            Change::InsertRecord { record, .. }
            | Change::ReplaceRecord { record, .. }
            | Change::PurgeRecord { record, .. } => Some(record.parent.id),
            Change::MoveVersions { parent, .. } | Change::DeleteDraft { parent, .. } => {
                Some(*parent)
            }
            _ => None,
        })
        .collect();
    for change in changes {
        if let Change::InsertParent(parent) = change {
            works.remove(&parent.id);
        }
    }
    works
}

fn add(script: &mut Script, change: Change, now: i64) -> Result<()> {
    match change {
        Change::InsertParent(parent) => records::insert_parent(script, &parent)?,
        Change::MoveVersions { parent, from, to, pids } => {
            records::move_versions(script, parent, from, to, &pids, 0)?;
        }
        Change::DeleteParent(id) => records::delete_parent(script, id),
        Change::InsertDraft(draft) => records::insert_draft(script, &draft)?,
        Change::ReplaceDraft { draft, expected } => {
            records::replace_draft(script, &draft, expected)?;
        }
        Change::DeleteDraft { id, expected, .. } => {
            records::delete_draft(script, id, expected);
        }
        Change::InsertRecord { record, by } => records::insert_record(script, &record, by)?,
        Change::ReplaceRecord { record, expected, by } => {
            records::replace_record(script, &record, expected, by)?;
        }
        Change::PurgeRecord { record, expected } => {
            records::purge_record(script, &record, expected)?;
        }
        Change::Index { collection, record, trace } => {
            work::promise(script, &collection, record, trace, now);
        }
        Change::Import { line, record, instead_of } => {
            records::import(script, &line, record, instead_of);
        }
        Change::Enqueue(task) => work::enqueue(script, &task, now)?,
        Change::InsertSchedule(schedule) => schedules::insert(script, &schedule)?,
        Change::ReplaceSchedule { schedule, expected } => {
            schedules::replace(script, &schedule, expected)?;
        }
        Change::DeleteSchedule { name, expected } => schedules::delete(script, &name, expected),
        Change::NoteRun { schedule, task, tick } => {
            schedules::note_run(script, &schedule, &task, tick, now);
        }
        Change::ForgetRun { schedule, task } => schedules::forget_run(script, &schedule, &task),
        Change::FollowDoi { record, collection, name } => {
            dois::follow(script, record, &collection, &name, now);
        }
        Change::SettleDoi(doi) => dois::settle(script, &doi),
        Change::ForgetDoi { record, revision } => dois::forget(script, record, revision),
        Change::InsertLetter(letter) => letters::insert(script, &letter)?,
        Change::CollectLetters(ids) => letters::collect(script, &ids, now),
        Change::InsertWebhook(webhook) => webhooks::insert(script, &webhook)?,
        Change::ReplaceWebhook { webhook, expected } => {
            webhooks::replace(script, &webhook, expected)?;
        }
        Change::DeleteWebhook(id) => webhooks::delete(script, &id),
        Change::InsertDelivery(delivery) => webhooks::insert_delivery(script, &delivery),
        Change::InsertUser { user } => accounts::insert_user(script, &user),
        Change::InsertToken { token, hash } => accounts::insert_token(script, &token, &hash)?,
        Change::RevokeToken(id) => accounts::revoke_token(script, id),
        Change::InsertPackage(package) => packages::insert(script, package)?,
        Change::DeletePackage(digest) => packages::delete(script, &digest),
        Change::EmptyKv(plugin) => packages::empty_kv(script, &plugin),
        Change::Activate { plugin, activation } => {
            packages::activate(script, &plugin, activation.as_ref())?;
        }
        Change::ReplaceVocabulary { vocabulary, plugin, terms } => {
            packages::replace_vocabulary(script, &vocabulary, &plugin, terms);
        }
    }
    Ok(())
}
