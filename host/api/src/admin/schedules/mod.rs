//! Schedules.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod resume;
pub(crate) mod run;

use jiff::Zoned;
use repono_domain::{CatchUp, Plan, Problem};
use repono_service::Error;
use repono_service::records::{problem_list, time};
use repono_service::schedules::ScheduleState;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::error::Failure;

/// `/api/admin/schedules/{name}…`
#[derive(IntoParams, Deserialize)]
#[into_params(parameter_in = Path)]
pub(crate) struct SchedulePath {
    /// A schedule.
    name: String,
}

/// What is to be queued, and when.
#[derive(Deserialize, ToSchema)]
#[schema(as = Plan)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// Of a new schedule; not to be changed.
    #[schema(example = "nightly-score")]
    name: Option<String>,
    /// As in `/api/admin/task-kinds`.
    #[schema(example = "completeness.score")]
    kind: String,
    /// In the form of the kind's schema.
    payload: Option<Value>,
    /// Five fields: minute, hour, day of the month, month, day of the week.
    #[schema(example = "0 3 * * *")]
    cron: Option<String>,
    /// Instead: an interval. Without either it runs only when somebody asks.
    #[schema(example = "15m")]
    every: Option<String>,
    /// In which `cron` is meant; UTC if left out.
    #[schema(example = "Europe/Vienna")]
    timezone: Option<String>,
    /// Tasks are due so much later at most, in seconds.
    jitter_s: Option<u32>,
    /// What becomes of ticks that passed while nobody could fire them: `once`, `skip` or `all`.
    #[schema(example = "once")]
    catch_up: Option<String>,
    /// For people.
    title: Option<String>,
    /// For people.
    description: Option<String>,
}

impl Request {
    fn plan(self) -> Result<Plan, Failure> {
        let timing = match (self.cron, self.every) {
            (Some(_), Some(_)) => {
                let told = "Leave it out, or leave out cron: one of them says when.";
                let problem = Problem::error("/every", "ambiguous", told);
                return Err(Error::InvalidDocument(vec![problem]).into());
            }
            (Some(cron), None) => Some(cron),
            (None, Some(every)) => Some(format!("every {every}")),
            (None, None) => None,
        };
        let catch_up = self.catch_up.as_deref().map_or(Ok(CatchUp::default()), |text| {
            CatchUp::from_stored(text).ok_or_else(|| {
                Failure::Field("catch_up", "Must be one of: once, skip, all.".to_owned())
            })
        });
        Ok(Plan {
            title: self.title.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            kind: self.kind,
            payload: self.payload.unwrap_or_else(|| json!({})),
            timing,
            timezone: self.timezone.unwrap_or_else(|| "UTC".to_owned()),
            jitter_s: self.jitter_s.unwrap_or_default(),
            catch_up: catch_up?,
        })
    }
}

fn shown(state: &ScheduleState) -> Value {
    let ScheduleState { schedule, next, last, problems } = state;
    let plan = &schedule.plan;
    let every = plan.timing.as_deref().and_then(|timing| timing.strip_prefix("every "));
    let cron = plan.timing.as_deref().filter(|_| every.is_none());
    json!({
        "name": schedule.name,
        "origin": schedule.origin.as_str(),
        "state": summary(state),
        "title": plan.title,
        "description": plan.description,
        "kind": plan.kind,
        "payload": plan.payload,
        "cron": cron,
        "every": every,
        "timezone": plan.timezone,
        "jitter_s": plan.jitter_s,
        "catch_up": plan.catch_up.as_str(),
        "next": next.as_ref().map(on_its_clock),
        "last": last.as_ref().map(on_its_clock),
        "last_task": schedule.last_task,
        "paused_since": schedule.paused.map(|paused| time(paused.since)),
        "paused_by": schedule.paused.and_then(|paused| paused.by).map(|user| user.to_string()),
        "problems": problem_list(problems),
        "revision": schedule.revision,
        "created": time(schedule.created),
        "updated": time(schedule.updated),
    })
}

/// In a word.
fn summary(state: &ScheduleState) -> &'static str {
    if state.schedule.paused.is_some() {
        "paused"
    } else if !state.problems.is_empty() {
        "broken"
    } else if state.schedule.plan.timing.is_none() {
        "manual"
    } else {
        "active"
    }
}

/// With the offset that the clock has there and then.
fn on_its_clock(time: &Zoned) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
