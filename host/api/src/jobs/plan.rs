//! Schedules in `InvenioRDM`'s words: `{"type": "crontab", "minute": …}`, `{"type": "interval", "hours": …}`.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use repono_domain::{Plan, Problem};
use repono_service::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A job as it shall be. Members of answers that cannot be changed are passed over.
#[derive(Deserialize, ToSchema)]
#[schema(as = JobRequest)]
pub(crate) struct Request {
    /// For people.
    #[schema(example = "Scores of all records")]
    title: String,
    /// For people.
    description: Option<String>,
    /// As in `/api/tasks`.
    #[schema(example = "completeness.score")]
    task: String,
    /// Where its runs wait: the queue of its task, and no other.
    default_queue: Option<String>,
    /// What its runs get.
    default_args: Option<Map<String, Value>>,
    /// Whether it runs at its times; it does if this is left out.
    pub(super) active: Option<bool>,
    /// When it runs; without, only when somebody asks.
    #[schema(value_type = Option<Object>)]
    schedule: Option<Written>,
}

/// When a job runs.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Written {
    Crontab {
        #[serde(default = "any")]
        minute: String,
        #[serde(default = "any")]
        hour: String,
        #[serde(default = "any")]
        day_of_month: String,
        #[serde(default = "any")]
        month_of_year: String,
        #[serde(default = "any")]
        day_of_week: String,
    },
    Interval {
        #[serde(default)]
        days: u32,
        #[serde(default)]
        hours: u32,
        #[serde(default)]
        minutes: u32,
        #[serde(default)]
        seconds: u32,
    },
}

fn any() -> String {
    "*".to_owned()
}

impl Request {
    /// The plan, with all that `InvenioRDM` has no word for as it was `before`. `queue` says where tasks of
    /// a kind wait.
    pub(super) fn plan(
        self,
        before: Option<&Plan>,
        queue: impl Fn(&str) -> Option<String>,
    ) -> Result<Plan, Error> {
        if let (Some(asked), Some(queue)) = (&self.default_queue, queue(&self.task))
            && *asked != queue
        {
            let told = format!("Runs of the task {} wait in the queue {queue:?}.", self.task);
            let problem = Problem::error("/default_queue", "other-queue", told);
            return Err(Error::InvalidDocument(vec![problem]));
        }
        Ok(Plan {
            title: self.title,
            description: self.description.unwrap_or_default(),
            kind: self.task,
            payload: Value::Object(self.default_args.unwrap_or_default()),
            timing: self.schedule.map(timing),
            timezone: before.map_or_else(|| "UTC".to_owned(), |plan| plan.timezone.clone()),
            jitter_s: before.map_or(0, |plan| plan.jitter_s),
            catch_up: before.map(|plan| plan.catch_up).unwrap_or_default(),
        })
    }
}

fn timing(written: Written) -> String {
    match written {
        Written::Crontab { minute, hour, day_of_month, month_of_year, day_of_week } => {
            [minute, hour, day_of_month, month_of_year, day_of_week]
                .map(|field| dense(&field))
                .join(" ")
        }
        Written::Interval { days, hours, minutes, seconds } => {
            let parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")];
            let parts = parts.into_iter().filter(|(number, _)| *number > 0);
            let parts: Vec<_> = parts.map(|(number, unit)| format!("{number}{unit}")).collect();
            // An interval of nothing is refused with all others that are too short.
            let interval = if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") };
            format!("every {interval}")
        }
    }
}

/// A field in which nothing stands apart from the rest.
fn dense(field: &str) -> String {
    field.split_whitespace().collect()
}

/// When a plan fires. None: only when somebody asks, or as nobody can read.
pub(super) fn schedule(plan: &Plan) -> Option<Value> {
    let timing = plan.timing.as_deref()?;
    if let Some(interval) = timing.strip_prefix("every ") {
        let span: Span = interval.trim().parse().ok()?;
        return Some(shown_interval(span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?));
    }
    let fields: Vec<&str> = timing.split_whitespace().collect();
    let [minute, hour, day_of_month, month_of_year, day_of_week] = fields[..] else {
        return None;
    };
    Some(json!({
        "type": "crontab",
        "minute": minute,
        "hour": hour,
        "day_of_month": day_of_month,
        "month_of_year": month_of_year,
        "day_of_week": day_of_week,
    }))
}

fn shown_interval(interval: SignedDuration) -> Value {
    let seconds = interval.as_secs();
    json!({
        "type": "interval",
        "days": seconds / 86_400,
        "hours": seconds / 3600 % 24,
        "minutes": seconds / 60 % 60,
        "seconds": seconds % 60,
    })
}

#[cfg(test)]
mod tests {
    use repono_domain::CatchUp;

    use super::*;

    fn read(request: Value, before: Option<&Plan>) -> Result<Plan, Error> {
        let request: Request = serde_json::from_value(request).unwrap();
        request.plan(before, |_| Some("default".to_owned()))
    }

    #[test]
    fn a_schedule_is_read_and_written_in_inveniordms_words() {
        for (schedule, timing) in [
            (
                json!({"type": "crontab", "minute": "0", "hour": "*/4", "day_of_month": "*", "month_of_year": "*", "day_of_week": "1"}),
                "0 */4 * * 1",
            ),
            (
                json!({"type": "interval", "days": 1, "hours": 0, "minutes": 30, "seconds": 0}),
                "every 1d 30m",
            ),
        ] {
            let plan =
                read(json!({"title": "t", "task": "a.b", "schedule": schedule}), None).unwrap();

            assert_eq!(plan.timing.as_deref(), Some(timing));
            assert_eq!(super::schedule(&plan), Some(schedule));
        }
        let plan = read(json!({"title": "t", "task": "a.b", "schedule": null}), None).unwrap();
        assert_eq!((plan.timing.clone(), super::schedule(&plan)), (None, None));
        let sparse =
            json!({"title": "t", "task": "a.b", "schedule": {"type": "crontab", "hour": "3, 4"}});
        assert_eq!(read(sparse, None).unwrap().timing.as_deref(), Some("* 3,4 * * *"));
        let nothing = json!({"title": "t", "task": "a.b", "schedule": {"type": "interval"}});
        assert_eq!(read(nothing, None).unwrap().timing.as_deref(), Some("every 0s"));
    }

    #[test]
    fn what_inveniordm_has_no_word_for_stays_as_it_is() {
        let before = Plan {
            timezone: "Europe/Vienna".to_owned(),
            jitter_s: 30,
            catch_up: CatchUp::All,
            ..read(json!({"title": "t", "task": "a.b"}), None).unwrap()
        };

        let after = read(json!({"title": "u", "task": "a.b"}), Some(&before)).unwrap();

        assert_eq!(after, Plan { title: "u".to_owned(), ..before });
    }

    #[test]
    fn another_queue_than_the_tasks_is_refused() {
        let asked = json!({"title": "t", "task": "a.b", "default_queue": "low"});

        let Err(Error::InvalidDocument(problems)) = read(asked, None) else { panic!("refused") };

        assert_eq!(problems[0].at, "/default_queue");
        assert!(problems[0].message.contains("default"), "{}", problems[0].message);
    }
}
