//! Asking for tasks of which some begin when others are over.

use std::collections::{BTreeMap, HashMap};

use repono_domain::{Problem, Step, Task, TaskId, TaskState};

use super::{MOST_TASKS, Workflow, read};
use crate::ports::Change;
use crate::tasks::{self, NewTask};
use crate::{Context, Error, Kind, Result, queues};

/// The longest name of a task, in bytes.
const LONGEST_NAME: usize = 64;

/// What is to be done, in which order.
#[derive(Clone, Debug)]
pub struct NewWorkflow {
    /// Each after those that it is to begin after.
    pub steps: Vec<NewStep>,
    /// Whoever asks with the same key again is told of this workflow, as long as it is kept.
    pub key: Option<String>,
}

/// A task of a workflow, and when it begins.
#[derive(Clone, Debug)]
pub struct NewStep {
    /// What the others of the workflow call it.
    pub name: String,
    /// What is to be done.
    pub task: NewTask,
    /// It begins when these have succeeded: names of tasks that stand before it.
    pub after: Vec<String>,
    /// It begins when they are over, however they ended.
    pub even_if_failed: bool,
}

/// Queues the tasks of a workflow, all of them or none. For administrators.
///
/// # Errors
/// `InvalidDocument` with every problem of every task, `Conflict` for a key that was given to something
/// else, `Full` if too much waits in a queue.
#[tracing::instrument(name = "workflows.start", skip_all, fields(tasks = asked.steps.len()))]
pub async fn start(ctx: &Context, asked: &NewWorkflow) -> Result<Workflow> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let wanted = prepare(ctx, asked)?;
    if let Some(there) = there_already(ctx, asked, &wanted).await? {
        return Ok(there);
    }
    for task in &wanted {
        queues::let_in(ctx, &task.queue).await?;
    }
    match tasks::store(ctx, wanted.iter().cloned().map(Change::Enqueue).collect()).await {
        Ok(_) => Ok(Workflow { id: wanted[0].id.clone(), tasks: wanted }),
        // Someone else was first with the key.
        Err(error) if error.kind() == Kind::Conflict => {
            there_already(ctx, asked, &wanted).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The tasks as they are to be stored: one at least.
fn prepare(ctx: &Context, asked: &NewWorkflow) -> Result<Vec<Task>> {
    let mut problems = Vec::new();
    let count = asked.steps.len();
    if !(1..=MOST_TASKS).contains(&count) {
        let what = format!("A workflow has 1 to {MOST_TASKS} tasks; these are {count}.");
        return Err(Error::InvalidDocument(vec![Problem::error("/tasks", "too-many", what)]));
    }
    let mut ids: HashMap<&str, TaskId> = HashMap::new();
    let mut tasks: Vec<Task> = Vec::new();
    for (place, asked) in asked.steps.iter().enumerate() {
        let at = |field: &str| format!("/tasks/{place}/{field}");
        if let Err(what) = check_name(&asked.name, &ids) {
            problems.push(Problem::error(at("name"), "invalid-name", what));
        }
        let mut after = BTreeMap::new();
        for name in &asked.after {
            if let Some(id) = ids.get(name.as_str()) {
                after.insert(name.clone(), id.clone());
            } else {
                let what = format!("There is no task {name:?} before this one in the list.");
                problems.push(Problem::error(at("after"), "unknown-task", what));
            }
        }
        let task = match tasks::new_task(ctx, &asked.task) {
            Ok(task) => task,
            Err(error) => {
                problems.extend(problems_at(error, &at)?);
                // For those after it, which are judged all the same.
                ids.insert(&asked.name, ctx.ids.task());
                continue;
            }
        };
        ids.insert(&asked.name, task.id.clone());
        let workflow = tasks.first().map_or(&task.id, |first: &Task| &first.id).clone();
        let state = if after.is_empty() { TaskState::Queued } else { TaskState::Blocked };
        let (name, even_if_failed) = (asked.name.clone(), asked.even_if_failed);
        let step = Some(Step { workflow, name, after, even_if_failed });
        tasks.push(Task { state, step, ..task });
    }
    if let (Some(key), Some(first)) = (&asked.key, tasks.first_mut()) {
        match tasks::checked_key(key) {
            Ok(key) => first.idempotency_key = Some(key),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(tasks) } else { Err(Error::InvalidDocument(problems)) }
}

fn check_name(name: &str, others: &HashMap<&str, TaskId>) -> Result<(), String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(fits) {
        return Err(format!(
            "A name is made of 1 to {LONGEST_NAME} letters, digits, `-`, `_` and `.`."
        ));
    }
    if others.contains_key(name) {
        return Err(format!("There is a task {name:?} already."));
    }
    Ok(())
}

/// What is wrong with a task, as problems of the workflow.
fn problems_at(error: Error, at: &impl Fn(&str) -> String) -> Result<Vec<Problem>> {
    let one = |field: &str, code: &str, what| Ok(vec![Problem::error(at(field), code, what)]);
    match error {
        Error::InvalidDocument(problems) => {
            let problems = problems.into_iter();
            let moved = problems
                .map(|problem| Problem { at: at(problem.at.trim_start_matches('/')), ..problem });
            Ok(moved.collect())
        }
        Error::NotFound(what) => one("kind", "unknown-kind", what),
        Error::TooLarge(what) => one("payload", "too-long", what),
        other => Err(other),
    }
}

/// The workflow that was asked for with this key before.
async fn there_already(
    ctx: &Context,
    asked: &NewWorkflow,
    wanted: &[Task],
) -> Result<Option<Workflow>> {
    let Some(key) = &asked.key else { return Ok(None) };
    let Some(first) = ctx.database.task_with_key(key).await? else { return Ok(None) };
    let there = match &first.step {
        Some(step) => read(ctx, &step.workflow).await?.tasks,
        None => vec![first.clone()],
    };
    if there.len() == wanted.len() && there.iter().zip(wanted).all(|(one, other)| same(one, other))
    {
        return Ok(Some(Workflow { id: first.id, tasks: there }));
    }
    Err(Error::Conflict(format!(
        "The key {key:?} was given to other tasks before, of which {} is the first; use a new key.",
        first.id
    )))
}

/// Whether two tasks were asked for in the same words.
fn same(one: &Task, other: &Task) -> bool {
    let names = |step: &Step| step.after.keys().cloned().collect::<Vec<_>>();
    let of = |task: &Task| {
        task.step.as_ref().map(|step| (step.name.clone(), names(step), step.even_if_failed))
    };
    one.kind == other.kind && one.payload == other.payload && of(one) == of(other)
}
