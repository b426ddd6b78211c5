//! `cargo xtask check`: all that can be said of the project without running its tests.
//!
//! There is no check of prepared SQL statements: no statement is checked by sqlx at compile time,
//! because one text serves three dialects (ADR 4). The adapters' contract suites run every one.
//!
//! # Adding a step
//!
//! 1. A function that answers an error which says what is wrong.
//! 2. A line in [`STEPS`] with what to do about it.

mod dependencies;
mod migrations;
mod openapi;
mod rust;
mod spelling;
mod wit;

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use crate::terminal::{say, spoken};

pub(crate) use wit::freeze as freeze_wit;

/// What is checked.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these steps; all if none is named.
    steps: Vec<String>,
}

struct Step {
    name: &'static str,
    run: fn() -> anyhow::Result<()>,
    /// What whoever broke it should do.
    remedy: &'static str,
}

/// In the order of what is known soonest.
const STEPS: &[Step] = &[
    Step {
        name: "format",
        run: rust::format,
        remedy: "run `cargo fmt` in the root, in plugins and in tests/guests",
    },
    Step {
        name: "wit",
        run: wit::check,
        remedy: "a released contract never changes: put what is new into a new version (wit/README.md)",
    },
    Step {
        name: "migrations",
        run: migrations::check,
        remedy: "see the rules in migrations/README.md",
    },
    Step {
        name: "typos",
        run: spelling::check,
        remedy: "mend the words, or name the exception with its reason in typos.toml",
    },
    Step {
        name: "machete",
        run: dependencies::unused,
        remedy: "remove the dependencies that no code uses",
    },
    Step {
        name: "deny",
        run: dependencies::denied,
        remedy: "deny.toml says why something is refused, and what the better way is",
    },
    Step {
        name: "clippy",
        run: rust::clippy,
        remedy: "mend what clippy names; an exception is an #[expect] with its reason",
    },
    Step { name: "docs", run: rust::docs, remedy: "mend the links and texts that rustdoc names" },
    Step {
        name: "openapi",
        run: openapi::check,
        remedy: "look at the difference; if it is meant, `ACCEPT=1 cargo test -p repono-api openapi`",
    },
];

/// Runs the steps, and reports every problem, not only the first.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if let Some(unknown) =
        options.steps.iter().find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step {unknown}; there are {}", known.join(", "));
    }
    let chosen = STEPS.iter().filter(|step| {
        options.steps.is_empty() || options.steps.iter().any(|name| name == step.name)
    });

    let mut outcomes = Vec::new();
    for step in chosen {
        say(&format!("check: {} …", step.name));
        let started = Instant::now();
        let result = (step.run)();
        outcomes.push(Outcome { step, took: started.elapsed(), result });
    }
    report(&outcomes)
}

struct Outcome {
    step: &'static Step,
    took: Duration,
    result: anyhow::Result<()>,
}

fn report(outcomes: &[Outcome]) -> anyhow::Result<()> {
    say("");
    for Outcome { step, took, result } in outcomes {
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        say(&format!("check: {:12} {verdict:8} {}", step.name, spoken(*took)));
    }
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.result.is_err()).collect();
    for Outcome { step, result, .. } in &failed {
        if let Err(error) = result {
            say(&format!("\n{}: {error:#}\n    what to do: {}", step.name, step.remedy));
        }
    }
    ensure!(failed.is_empty(), "{} of {} checks failed", failed.len(), outcomes.len());
    Ok(())
}

/// Runs all, and puts the errors of those that fail together.
fn all(results: impl IntoIterator<Item = anyhow::Result<()>>) -> anyhow::Result<()> {
    let errors: Vec<_> =
        results.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    ensure!(errors.is_empty(), "{}", errors.join("; "));
    Ok(())
}
