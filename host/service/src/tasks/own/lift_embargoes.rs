//! `repono.lift-embargoes`: opens the records whose embargo is over.

use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use repono_domain::LogLevel;
use serde_json::{Value, json};

use super::{OwnTask, kind};
use crate::ports::{Outcome, TaskHost, TaskKind};
use crate::{Context, Error, Result, records};

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(2);
/// Records that are looked up together.
const BATCH: u32 = 100;

pub(super) struct LiftEmbargoes(TaskKind);

impl LiftEmbargoes {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            max_attempts: 10,
            // An embargo ends with a day of UTC.
            schedule: Some("2 0 * * *".to_owned()),
            ..kind("lift-embargoes", "Opens the records whose embargo is over", LIMIT)
        })
    }
}

#[async_trait]
impl OwnTask for LiftEmbargoes {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// What is open needs not be looked at again. A record that cannot be opened keeps no other closed.
    async fn execute(
        &self,
        ctx: &Context,
        _payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let today = ctx.clock.now().to_zoned(TimeZone::UTC).date();
        let (mut lifted, mut failed, mut after) = (0, Vec::new(), None);
        loop {
            let over = ctx.database.embargoes_over(today, after, BATCH).await?;
            let Some((_, last)) = over.last() else { break };
            after = Some(*last);
            for (collection, id) in over {
                if host.is_cancelled().await {
                    return Ok(Outcome::Cancelled);
                }
                match records::lift_embargo(ctx, &collection, id).await {
                    Ok(true) => lifted += 1,
                    Ok(false) => {}
                    Err(error) => {
                        let told = format!("the embargo of {id} is not lifted: {}", error.told());
                        host.log(LogLevel::Error, &told);
                        failed.push(told);
                    }
                }
            }
            host.progress(lifted, None, format!("{lifted} embargoes lifted")).await;
        }
        match failed.first() {
            None => Ok(Outcome::Done(json!({"lifted": lifted}))),
            Some(first) => Err(Error::Conflict(format!(
                "{lifted} embargoes were lifted and {} were not; the first of them: {first}",
                failed.len()
            ))),
        }
    }
}
