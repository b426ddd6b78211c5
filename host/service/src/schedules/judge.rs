//! What is wrong with a schedule.

use repono_domain::{Plan, Problem, Schedule};

use super::times::Times;
use crate::{Context, Error, tasks};

/// The longest jitter, in seconds.
const MAX_JITTER_S: u32 = 86_400;
/// The longest name, as the tables have it.
const MAX_NAME: usize = 200;
/// The longest title or description, in bytes.
const MAX_TEXT: usize = 10_000;

/// What a name is.
pub(super) const NAMES: &str = "A name is of 1 to 200 letters, digits, hyphens, underscores, dots and colons, a letter or digit first.";

/// Whether a schedule may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    let begins_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    begins_well && name.len() <= MAX_NAME && name.bytes().all(is_plain)
}

/// The problems of a plan, each with its field.
pub(super) fn problems_of_plan(ctx: &Context, plan: &Plan) -> Vec<Problem> {
    let mut problems = problems_of_task(ctx, plan);
    problems.extend(Times::read(plan, ctx.clock.now()).err().into_iter().flatten());
    if plan.jitter_s > MAX_JITTER_S {
        let told = format!("A jitter is {MAX_JITTER_S} seconds at most, which is a day.");
        problems.push(Problem::error("/jitter_s", "too-large", told));
    }
    for (field, text) in [("/title", &plan.title), ("/description", &plan.description)] {
        if text.len() > MAX_TEXT {
            let told = format!("It is longer than {MAX_TEXT} bytes.");
            problems.push(Problem::error(field, "too-long", told));
        }
    }
    problems
}

/// The problems of a name that a person chose.
pub(super) fn problems_of_name(ctx: &Context, name: &str) -> Vec<Problem> {
    if !is_name(name) {
        return vec![Problem::error("/name", "invalid-name", NAMES)];
    }
    if tasks::is_kind(ctx, name) {
        let told = format!(
            "{name} is a kind of task, and the name of the schedule that its plugin may bring: take another name."
        );
        return vec![Problem::error("/name", "reserved-name", told)];
    }
    Vec::new()
}

/// All of them in one sentence or more.
pub(super) fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" ")
}

/// Times of a schedule that has them.
pub(super) fn times(schedule: &Schedule) -> Result<Times, Error> {
    Times::read(&schedule.plan, schedule.created).map_err(Error::InvalidDocument)
}

fn problems_of_task(ctx: &Context, plan: &Plan) -> Vec<Problem> {
    match tasks::check(ctx, &plan.kind, &plan.payload) {
        Ok(()) => Vec::new(),
        Err(Error::InvalidDocument(problems)) => problems,
        Err(error @ Error::NotFound(_)) => {
            vec![Problem::error("/kind", "unknown-kind", error.to_string())]
        }
        Err(error) => vec![Problem::error("/payload", "refused", error.to_string())],
    }
}
