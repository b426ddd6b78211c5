//! What one look has found.

use serde::Serialize;

use crate::output;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    Warning,
    Wrong,
}

/// What was looked at, what was found, and what to do about it.
#[derive(Serialize)]
pub(super) struct Check {
    pub name: &'static str,
    pub state: State,
    pub found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: found.into(), advice: None }
    }

    pub(super) fn warning(
        name: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn wrong(
        name: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Wrong, found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn print(&self) -> std::io::Result<()> {
        let mark = match self.state {
            State::Ok => "ok     ",
            State::Warning => "warning",
            State::Wrong => "WRONG  ",
        };
        output::line(format!("{mark}  {:<14}  {}", self.name, self.found))?;
        match &self.advice {
            Some(advice) => output::line(format!("{:25}-> {advice}", "")),
            None => Ok(()),
        }
    }
}
