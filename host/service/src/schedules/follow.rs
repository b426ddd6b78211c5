//! Schedules that follow what is in force: what the repository itself does, the manifests of plugins, and the
//! configuration.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use repono_domain::{CatchUp, Origin, Plan, Schedule};
use serde_json::json;

use super::change::has_other_times;
use super::judge::{NAMES, is_name};
use crate::ports::{Change, TaskFilter};
use crate::tasks::kinds;
use crate::{Context, Error, Kind, Result};

/// The kind of task that compares an index with the database.
const RECONCILE: &str = "repono.reconcile";

/// Brings the schedules of manifests in line with the plugins in force, and with their collections. What an operator decided about
/// one is kept while its plugin is out of force. Answers a sentence for each whose name is taken.
pub async fn follow(ctx: &Context) -> Result<Vec<String>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let mut wanted = of_manifests(ctx);
    wanted.extend(of_indices(ctx));
    let stored = stored(ctx).await?;
    let mut told = Vec::new();
    for (name, Wanted { plan, since }) in &wanted {
        if !is_name(name) {
            told.push(no_name(name));
            continue;
        }
        match stored.get(name) {
            None => {
                let passed = (*since).max(last_queued(ctx, &plan.kind).await?);
                insert(ctx, name, Origin::Manifest, plan, passed).await?;
            }
            Some(found) if found.origin != Origin::Manifest => told.push(taken(found)),
            Some(found) => update(ctx, found, plan, *since).await?,
        }
    }
    let now = ctx.clock.now();
    for schedule in of(&stored, Origin::Manifest, |name| !wanted.contains_key(name)) {
        if schedule.withdrawn.is_none() {
            let withdrawn = Schedule { withdrawn: Some(now), ..schedule.clone() };
            replace(ctx, schedule, withdrawn).await?;
        }
    }
    Ok(told)
}

/// Brings the schedules of the configuration in line with it. Answers a sentence for each whose name is
/// taken.
pub async fn follow_configuration(
    ctx: &Context,
    wanted: &BTreeMap<String, Plan>,
) -> Result<Vec<String>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let now = ctx.clock.now();
    let stored = stored(ctx).await?;
    let mut told = Vec::new();
    for (name, plan) in wanted {
        if !is_name(name) {
            told.push(no_name(name));
            continue;
        }
        match stored.get(name) {
            None => insert(ctx, name, Origin::Configuration, plan, now).await?,
            Some(found) if found.origin != Origin::Configuration => told.push(taken(found)),
            Some(found) => update(ctx, found, plan, now).await?,
        }
    }
    for schedule in of(&stored, Origin::Configuration, |name| !wanted.contains_key(name)) {
        let (name, expected) = (schedule.name.clone(), schedule.revision);
        unless_others_did(ctx, Change::DeleteSchedule { name, expected }).await?;
    }
    Ok(told)
}

/// What a manifest asks for.
struct Wanted {
    plan: Plan,
    /// Times before its kind came into force are nobody's.
    since: Timestamp,
}

fn of_manifests(ctx: &Context) -> BTreeMap<String, Wanted> {
    let active = ctx.active.load();
    let all = kinds::all(ctx, &active).filter_map(|known| {
        let timing = known.kind.schedule.clone()?;
        let name = known.name();
        let plan = Plan {
            title: known.kind.summary.clone(),
            description: String::new(),
            kind: name.clone(),
            payload: json!({}),
            timing: Some(timing),
            timezone: "UTC".to_owned(),
            jitter_s: 0,
            catch_up: CatchUp::Once,
        };
        // What the repository itself does began with this node at the latest.
        let since = known.since().unwrap_or(ctx.node.started);
        Some((name, Wanted { plan, since }))
    });
    all.collect()
}

/// Each index is compared with the database from time to time, if the operator wants that.
fn of_indices(ctx: &Context) -> Vec<(String, Wanted)> {
    let Some(every) = ctx.settings.indexing.reconcile_every else { return Vec::new() };
    let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    let active = ctx.active.load();
    let all = active.collections.iter().map(|(collection, of)| {
        let plan = Plan {
            title: format!("Compares the index of {collection} with the database, and mends it"),
            description: String::new(),
            kind: RECONCILE.to_owned(),
            payload: json!({"collection": collection}),
            timing: Some(format!("every {every:#}")),
            timezone: "UTC".to_owned(),
            jitter_s: 0,
            catch_up: CatchUp::Once,
        };
        let plugin = active.plugins.get(&of.plugin.description().name);
        let since = plugin.map_or(ctx.node.started, |plugin| plugin.activation.since);
        (format!("{RECONCILE}.{collection}"), Wanted { plan, since })
    });
    all.collect()
}

async fn stored(ctx: &Context) -> Result<BTreeMap<String, Schedule>> {
    let all = ctx.database.schedules().await?.into_iter();
    Ok(all.map(|schedule| (schedule.name.clone(), schedule)).collect())
}

fn of(
    stored: &BTreeMap<String, Schedule>,
    origin: Origin,
    is_wanted: impl Fn(&String) -> bool,
) -> impl Iterator<Item = &Schedule> {
    let all = stored.iter().filter(move |(name, _)| is_wanted(name));
    all.map(|(_, schedule)| schedule).filter(move |schedule| schedule.origin == origin)
}

/// When a task of this kind was last asked for. Before there were schedules in the database, that said
/// which tick had been fired.
async fn last_queued(ctx: &Context, kind: &str) -> Result<Timestamp> {
    let filter = TaskFilter { kind: Some(kind.to_owned()), limit: 1, ..TaskFilter::default() };
    let last = ctx.database.tasks(&filter).await?.into_iter().next();
    Ok(last.map_or(Timestamp::MIN, |last| last.created))
}

async fn insert(
    ctx: &Context,
    name: &str,
    origin: Origin,
    plan: &Plan,
    passed: Timestamp,
) -> Result<()> {
    let now = ctx.clock.now();
    let schedule = Schedule {
        name: name.to_owned(),
        origin,
        plan: plan.clone(),
        revision: 1,
        created: now,
        updated: now,
        paused: None,
        withdrawn: None,
        passed,
        last_tick: None,
        last_task: None,
    };
    unless_others_did(ctx, Change::InsertSchedule(schedule)).await
}

/// Ticks before `since` are nobody's if the schedule was withdrawn, and none before now of new times.
async fn update(ctx: &Context, found: &Schedule, plan: &Plan, since: Timestamp) -> Result<()> {
    if found.withdrawn.is_none() && found.plan == *plan {
        return Ok(());
    }
    let mut passed = found.passed;
    if found.withdrawn.is_some() {
        passed = passed.max(since);
    }
    if has_other_times(&found.plan, plan) {
        passed = passed.max(ctx.clock.now());
    }
    let changed = Schedule { plan: plan.clone(), withdrawn: None, passed, ..found.clone() };
    replace(ctx, found, changed).await
}

async fn replace(ctx: &Context, before: &Schedule, after: Schedule) -> Result<()> {
    let schedule = Schedule { revision: before.revision + 1, updated: ctx.clock.now(), ..after };
    let expected = before.revision;
    unless_others_did(ctx, Change::ReplaceSchedule { schedule, expected }).await
}

/// Another node follows the same; what was changed in the meantime is looked at again.
async fn unless_others_did(ctx: &Context, change: Change) -> Result<()> {
    match ctx.database.write(vec![change]).await {
        Err(error) if error.kind() != Kind::Conflict => Err(error),
        _ => Ok(()),
    }
}

fn no_name(name: &str) -> String {
    format!("the schedule {name:?} is left out: {NAMES}")
}

fn taken(found: &Schedule) -> String {
    let Schedule { name, origin, .. } = found;
    let theirs = match origin {
        Origin::Manifest => "a plugin's manifest",
        Origin::Configuration => "the configuration",
        Origin::Operator => "an operator",
    };
    format!("a schedule {name} is there from {theirs}: another of this name is left out")
}
