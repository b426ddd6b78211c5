//! `[schedules]`

use repono_domain::{CatchUp, Plan};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Written")]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct ScheduleSetting {
    pub kind: String,
    pub payload: Map<String, Value>,
    pub cron: Option<String>,
    pub every: Option<String>,
    pub timezone: String,
    pub jitter_s: u32,
    pub catch_up: CatchUpSetting,
    pub title: String,
    pub description: String,
}

/// What becomes of times that passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CatchUpSetting {
    /// One task makes up for all of them.
    #[default]
    Once,
    /// None does.
    Skip,
    /// Each gets its task.
    All,
}

/// The same, as it was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    #[serde(default)]
    payload: Map<String, Value>,
    cron: Option<String>,
    every: Option<String>,
    #[serde(default = "utc")]
    timezone: String,
    #[serde(default)]
    jitter_s: u32,
    #[serde(default)]
    catch_up: CatchUpSetting,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl TryFrom<Written> for ScheduleSetting {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, &'static str> {
        if written.cron.is_some() && written.every.is_some() {
            return Err("it has cron and every, and one of them says when");
        }
        let Written {
            kind,
            payload,
            cron,
            every,
            timezone,
            jitter_s,
            catch_up,
            title,
            description,
        } = written;
        Ok(Self { kind, payload, cron, every, timezone, jitter_s, catch_up, title, description })
    }
}

impl From<&ScheduleSetting> for Plan {
    fn from(setting: &ScheduleSetting) -> Self {
        let every = setting.every.as_ref().map(|every| format!("every {every}"));
        Self {
            title: setting.title.clone(),
            description: setting.description.clone(),
            kind: setting.kind.clone(),
            payload: Value::Object(setting.payload.clone()),
            timing: setting.cron.clone().or(every),
            timezone: setting.timezone.clone(),
            jitter_s: setting.jitter_s,
            catch_up: match setting.catch_up {
                CatchUpSetting::Once => CatchUp::Once,
                CatchUpSetting::Skip => CatchUp::Skip,
                CatchUpSetting::All => CatchUp::All,
            },
        }
    }
}
