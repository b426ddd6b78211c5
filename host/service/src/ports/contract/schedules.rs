//! [`crate::ports::Schedules`]: a schedule is kept as it is written, changes by one hand at a time, and
//! makes one task for each of its ticks.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;
use repono_domain::{
    CatchUp, LogLevel, LogLine, Origin, Paused, Plan, Schedule, Task, TaskId, UserId,
};
use serde_json::json;

use super::samples::{number, task, time};
use crate::Kind;
use crate::ports::{Change, Database, Run, RunLog};

/// Runs the whole suite on a database that knows no schedule. `other` is the same database, in the
/// hands of another process.
pub async fn keep_the_contract(database: &dyn Database, other: &dyn Database) {
    a_schedule_is_kept_as_it_is_written(database).await;
    a_name_is_taken_once(database).await;
    of_two_that_change_a_schedule_one_does(database).await;
    what_is_removed_leaves_nothing(database).await;
    runs_are_listed_newest_first(database).await;
    logs_of_runs_are_listed_newest_first(database).await;
    of_many_that_fire_a_tick_one_does(database, other).await;
    a_firing_that_is_broken_off_is_whole_or_nothing(database).await;
}

async fn a_schedule_is_kept_as_it_is_written(database: &dyn Database) {
    let mut whole = schedule("kept");
    whole.origin = Origin::Manifest;
    whole.plan = Plan {
        title: "Nightly; --'\"".to_owned(),
        description: "\u{e9}\u{1F980}".to_owned(),
        kind: "sample.work".to_owned(),
        payload: json!({ "a": [1, null, "\u{1F980}"] }),
        timing: Some("0 3 * * *".to_owned()),
        timezone: "Europe/Vienna".to_owned(),
        jitter_s: 86_400,
        catch_up: CatchUp::All,
    };
    whole.paused = Some(Paused { since: time(3), by: Some(UserId(7)) });
    whole.withdrawn = Some(time(4));
    whole.last_tick = Some(time(5));
    whole.last_task = Some(TaskId("0198c0de".to_owned()));
    let bare = Schedule {
        plan: Plan { timing: None, ..whole.plan.clone() },
        paused: Some(Paused { since: time(3), by: None }),
        ..schedule("kept")
    };
    for schedule in [&whole, &bare] {
        database.write(vec![Change::InsertSchedule(schedule.clone())]).await.unwrap();
        assert_eq!(database.schedule(&schedule.name).await.unwrap().as_ref(), Some(schedule));
    }

    let mut changed = bare.clone();
    changed.origin = Origin::Configuration;
    changed.plan = Plan { timing: Some("every 15m".to_owned()), catch_up: CatchUp::Skip, ..plan() };
    changed.revision = 2;
    (changed.updated, changed.passed, changed.paused) = (time(8), time(9), None);
    replace(database, &changed, 1).await.unwrap();

    assert_eq!(database.schedule(&bare.name).await.unwrap(), Some(changed.clone()));
    assert_eq!(database.schedule("unknown").await.unwrap(), None);
    let all = database.schedules().await.unwrap();
    assert_eq!(all, [whole, changed], "by name");
}

async fn a_name_is_taken_once(database: &dyn Database) {
    let schedule = stored(database, "taken").await;

    let again = database.write(vec![Change::InsertSchedule(schedule.clone())]).await;

    let refused = again.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
    assert!(refused.to_string().contains(&schedule.name), "{refused}");
}

async fn of_two_that_change_a_schedule_one_does(database: &dyn Database) {
    let schedule = stored(database, "changed").await;
    let change = |title: &str| {
        let mut changed = schedule.clone();
        title.clone_into(&mut changed.plan.title);
        changed.revision = 2;
        database.write(vec![Change::ReplaceSchedule { schedule: changed, expected: 1 }])
    };

    let (one, other) = futures::join!(change("one"), change("other"));

    assert_ne!(one.is_ok(), other.is_ok());
    let winner = if one.is_ok() { "one" } else { "other" };
    assert_eq!(one.err().or(other.err()).unwrap().kind(), Kind::Conflict);
    let kept = database.schedule(&schedule.name).await.unwrap().unwrap();
    assert_eq!((kept.plan.title.as_str(), kept.revision), (winner, 2));
}

async fn what_is_removed_leaves_nothing(database: &dyn Database) {
    let schedule = stored(database, "removed").await;
    let task = fire(database, &schedule, time(1)).await.unwrap();
    let delete = |expected| {
        database.write(vec![Change::DeleteSchedule { name: schedule.name.clone(), expected }])
    };

    assert_eq!(delete(1).await.unwrap_err().kind(), Kind::Conflict, "it has fired meanwhile");
    delete(2).await.unwrap();

    assert_eq!(database.schedule(&schedule.name).await.unwrap(), None);
    assert_eq!(database.count_runs(&schedule.name).await.unwrap(), 0);
    assert_eq!(database.run(&schedule.name, &task.id).await.unwrap(), None);
    assert!(database.task(&task.id).await.unwrap().is_some(), "the task itself goes on");
}

async fn runs_are_listed_newest_first(database: &dyn Database) {
    let mut schedule = stored(database, "runs").await;
    let other = stored(database, "other-runs").await;
    let mut made = Vec::new();
    for second in 1..=3 {
        let task = fire(database, &schedule, time(second)).await.unwrap();
        made.insert(0, Run { tick: Some(time(second)), task });
        schedule = database.schedule(&schedule.name).await.unwrap().unwrap();
    }
    fire(database, &other, time(1)).await.unwrap();
    let asked = new_task();
    let note = |task: &Task| Change::NoteRun {
        schedule: schedule.name.clone(),
        task: task.id.clone(),
        tick: None,
    };
    database.write(vec![Change::Enqueue(asked.clone()), note(&asked)]).await.unwrap();
    let more = new_task();
    database.write(vec![Change::Enqueue(more.clone()), note(&more)]).await.unwrap();
    made.insert(0, Run { tick: None, task: asked });
    made.insert(0, Run { tick: None, task: more });

    assert_eq!(database.runs(&schedule.name, 0, 99).await.unwrap(), made);
    assert_eq!(database.runs(&schedule.name, 1, 2).await.unwrap(), made[1..3]);
    assert_eq!(database.count_runs(&schedule.name).await.unwrap(), 5);
    let first = &made[0];
    assert_eq!(database.run(&schedule.name, &first.task.id).await.unwrap().as_ref(), Some(first));
    assert_eq!(database.run(&other.name, &first.task.id).await.unwrap(), None);

    let forget = Change::ForgetRun { schedule: schedule.name.clone(), task: first.task.id.clone() };
    database.write(vec![forget.clone()]).await.unwrap();
    database.write(vec![forget]).await.unwrap();
    assert_eq!(database.runs(&schedule.name, 0, 99).await.unwrap(), made[1..]);
    assert!(database.task(&first.task.id).await.unwrap().is_some());
}

/// However many try, from how many processes, with however old a view.
async fn logs_of_runs_are_listed_newest_first(database: &dyn Database) {
    let mut logs = Vec::new();
    for name in ["logged", "logged", "silent", "logged"] {
        let task = task("logged", time(0));
        let line = LogLine {
            at: time(1),
            attempt: 1,
            level: LogLevel::Info,
            text: format!("\u{1F980} {}", task.id),
        };
        let run = Change::NoteRun { schedule: name.to_owned(), task: task.id.clone(), tick: None };
        database.write(vec![Change::Enqueue(task.clone()), run]).await.unwrap();
        if name != "silent" {
            database.keep_task_log(&task.id, std::slice::from_ref(&line)).await.unwrap();
            logs.insert(0, RunLog { schedule: name.to_owned(), task: task.id, lines: vec![line] });
        }
    }
    let alone = task("logged", time(0));
    database.write(vec![Change::Enqueue(alone.clone())]).await.unwrap();
    let line = LogLine { at: time(1), attempt: 1, level: LogLevel::Info, text: String::new() };
    database.keep_task_log(&alone.id, &[line]).await.unwrap();

    assert_eq!(database.run_logs(None, 10).await.unwrap(), logs);
    assert_eq!(database.run_logs(None, 2).await.unwrap(), logs[..2]);
    assert_eq!(database.run_logs(Some(&logs[1].task), 10).await.unwrap(), logs[1..2]);
    assert_eq!(database.run_logs(Some(&alone.id), 10).await.unwrap(), []);
}

async fn of_many_that_fire_a_tick_one_does(database: &dyn Database, other: &dyn Database) {
    let schedule = stored(database, "fired").await;
    for tick in 1..=10 {
        let seen = database.schedule(&schedule.name).await.unwrap().unwrap();
        let tries = (0..16).map(|place| {
            let database = if place % 2 == 0 { database } else { other };
            fire(database, &seen, time(tick))
        });

        let fired = join_all(tries).await;

        let refused = fired.iter().filter_map(|fired| fired.as_ref().err());
        assert!(refused.into_iter().all(|error| error.kind() == Kind::Conflict), "{fired:?}");
        assert_eq!(fired.iter().filter(|fired| fired.is_ok()).count(), 1);
    }
    // A task for a tick that was fired is refused, even where the schedule's own row lets it pass.
    let now = database.schedule(&schedule.name).await.unwrap().unwrap();
    assert_eq!(fire(database, &now, time(10)).await.unwrap_err().kind(), Kind::Conflict);
    one_task_a_tick(database, &schedule.name, 10).await;
}

/// A process may be killed between any two steps: what it leaves is a schedule that has fired with its
/// task, or one that has not, which another fires.
async fn a_firing_that_is_broken_off_is_whole_or_nothing(database: &dyn Database) {
    let name = stored(database, "broken-off").await.name;
    for tick in 1..=10 {
        let seen = database.schedule(&name).await.unwrap().unwrap();
        let mut firing = Box::pin(fire(database, &seen, time(tick)));
        for _ in 0..tick {
            if futures::poll!(&mut firing).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(firing);

        // Whoever comes next does as every scheduler does: looks, and fires what is due. What was
        // broken off may still be stored between the two.
        loop {
            let seen = database.schedule(&name).await.unwrap().unwrap();
            if seen.last_tick == Some(time(tick)) {
                break;
            }
            match fire(database, &seen, time(tick)).await {
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), Kind::Conflict, "{error}"),
            }
        }
    }
    one_task_a_tick(database, &name, 10).await;
}

async fn one_task_a_tick(database: &dyn Database, name: &str, ticks: usize) {
    let runs = database.runs(name, 0, 99).await.unwrap();
    let mut tasks: BTreeMap<Timestamp, u32> = BTreeMap::new();
    for run in &runs {
        *tasks.entry(run.tick.unwrap()).or_default() += 1;
    }
    assert!(tasks.values().all(|count| *count == 1), "{tasks:?}");
    assert_eq!(tasks.len(), ticks);
    let last = database.schedule(name).await.unwrap().unwrap().last_task;
    assert_eq!(last.as_ref(), Some(&runs.iter().max_by_key(|run| run.tick).unwrap().task.id));
}

/// As a scheduler does it.
async fn fire(database: &dyn Database, seen: &Schedule, tick: Timestamp) -> crate::Result<Task> {
    let task = new_task();
    let schedule = Schedule {
        revision: seen.revision + 1,
        passed: tick,
        last_tick: Some(tick),
        last_task: Some(task.id.clone()),
        ..seen.clone()
    };
    let run =
        Change::NoteRun { schedule: seen.name.clone(), task: task.id.clone(), tick: Some(tick) };
    let expected = seen.revision;
    let moved = Change::ReplaceSchedule { schedule, expected };
    database.write(vec![moved, Change::Enqueue(task.clone()), run]).await?;
    Ok(task)
}

async fn replace(
    database: &dyn Database,
    schedule: &Schedule,
    expected: u64,
) -> crate::Result<crate::ports::Written> {
    let schedule = schedule.clone();
    database.write(vec![Change::ReplaceSchedule { schedule, expected }]).await
}

async fn stored(database: &dyn Database, name: &str) -> Schedule {
    let schedule = schedule(name);
    database.write(vec![Change::InsertSchedule(schedule.clone())]).await.unwrap();
    schedule
}

/// Its queue is nobody else's: what is due in it disturbs no other part of the suite.
fn new_task() -> Task {
    task("schedules", time(0))
}

fn plan() -> Plan {
    Plan {
        title: String::new(),
        description: String::new(),
        kind: "sample.work".to_owned(),
        payload: json!({}),
        timing: Some("every 1h".to_owned()),
        timezone: "UTC".to_owned(),
        jitter_s: 0,
        catch_up: CatchUp::Once,
    }
}

pub(super) fn schedule(name: &str) -> Schedule {
    Schedule {
        name: format!("{name}-{:012}", number()),
        origin: Origin::Operator,
        plan: plan(),
        revision: 1,
        created: time(0),
        updated: time(0),
        paused: None,
        withdrawn: None,
        passed: time(0),
        last_tick: None,
        last_task: None,
    }
}
