//! `repono.digest`: the daily letter, of what people want to be told once a day.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{Letter, TaskState, UserId, When};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OwnTask, kind, read};
use crate::mail::{Message, filled, owed};
use crate::ports::{Change, Outcome, TaskFilter, TaskHost, TaskKind};
use crate::tasks::store;
use crate::{Context, Error, Kind, Result};

const NAME: &str = "repono.digest";
/// How long one attempt may take.
const LIMIT: Duration = Duration::from_hours(1);
/// Letters that are read together.
const BATCH: u32 = 500;
/// So many are shown in one daily letter; of the others it says how many there are.
const SHOWN: usize = 100;
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) struct Digest(TaskKind);

impl Digest {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            queue: "mail".to_owned(),
            max_attempts: 10,
            schedule: Some("0 6 * * *".to_owned()),
            ..kind("digest", "Sends people the daily letter, if there is anything to tell", LIMIT)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {}

#[async_trait]
impl OwnTask for Digest {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// Each person's letter is a transaction: a further attempt goes on with those who have none today.
    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload {} = read(payload)?;
        let today = midnight(ctx.clock.now());
        let given_up = ctx.database.given_up(told_until(ctx, today).await?, today).await?;
        let mut day = Day { ctx, today, given_up, told: 0, problems: Vec::new() };
        let mut others = day.administrators().await?;
        let mut after = None;
        loop {
            if host.is_cancelled().await {
                return Ok(Outcome::Cancelled);
            }
            let page = ctx.database.waiting_letters(after, BATCH).await?;
            let Some(last) = page.last().map(|letter| letter.person) else { break };
            let is_last = page.len() < BATCH as usize;
            let first = page[0].person;
            for letters in page.chunk_by(|one, other| one.person == other.person) {
                let person = letters[0].person;
                // The last person's letters may go on; the first one's are as many as fit.
                if person == last && person != first && !is_last {
                    break;
                }
                day.tell(person, letters, others.remove(&person)).await?;
                after = Some(person);
            }
        }
        for person in others {
            day.tell(person, &[], true).await?;
        }
        if day.problems.is_empty() {
            return Ok(Outcome::Done(json!({"letters": day.told, "until": today.to_string()})));
        }
        Err(Error::Invalid(day.problems.join("; ")))
    }
}

/// What is to be told today.
struct Day<'c> {
    ctx: &'c Context,
    today: Timestamp,
    /// Kinds of tasks, and how many were given up.
    given_up: Vec<(String, u64)>,
    told: u64,
    problems: Vec<String>,
}

impl Day<'_> {
    /// Who is to be told of tasks that were given up.
    async fn administrators(&self) -> Result<BTreeSet<UserId>> {
        let mut told = BTreeSet::new();
        if self.given_up.is_empty() {
            return Ok(told);
        }
        for user in self.ctx.database.users().await? {
            if user.admin
                && !user.blocked
                && self.ctx.database.mail_settings(user.id).await?.tasks != When::Off
            {
                told.insert(user.id);
            }
        }
        Ok(told)
    }

    /// Stores one person's daily letter, unless they have one today. A letter that cannot be written is a problem
    /// and waits on.
    async fn tell(
        &mut self,
        person: UserId,
        letters: &[Letter],
        is_administrator: bool,
    ) -> Result<()> {
        let ctx = self.ctx;
        let language = ctx.database.mail_settings(person).await?.language;
        let (mut items, mut collected) = (Vec::new(), Vec::new());
        for letter in letters {
            match subject(ctx, letter, language.as_deref()) {
                Ok(subject) => {
                    collected.push(letter.id.clone());
                    if items.len() < SHOWN {
                        let date = letter.created.strftime("%F").to_string();
                        let link = &letter.facts["link"];
                        items.push(json!({"subject": subject, "date": date, "link": link}));
                    }
                }
                Err(error) => {
                    self.problems.push(format!("the letter {} waits on: {error}", letter.id));
                }
            }
        }
        let of_kind = |(kind, count): &(String, u64)| json!({"kind": kind, "count": count});
        let given_up: Vec<_> =
            self.given_up.iter().filter(|_| is_administrator).map(of_kind).collect();
        if items.is_empty() && given_up.is_empty() {
            return Ok(());
        }
        let facts = json!({
            "more": collected.len() - items.len(),
            "items": items,
            "given_up": given_up,
        });
        let event = self.today.strftime("%F").to_string();
        let mut changes = owed(ctx, person, Message::Digest, &event, facts).await?;
        changes.push(Change::CollectLetters(collected));
        match store(ctx, changes).await {
            Ok(_) => self.told += 1,
            // They have one today; what is left waits until tomorrow.
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn subject(ctx: &Context, letter: &Letter, language: Option<&str>) -> Result<String> {
    let message = Message::named(&letter.template)?;
    let facts = filled(&ctx.settings.site_url, "", letter.facts.clone());
    Ok(ctx.templates.write(message, language, &facts)?.subject)
}

/// Up to when people were told of tasks that were given up: as the last daily letter says, or a day ago.
async fn told_until(ctx: &Context, today: Timestamp) -> Result<Timestamp> {
    let filter = TaskFilter {
        kind: Some(NAME.to_owned()),
        state: Some(TaskState::Succeeded),
        limit: 1,
        ..TaskFilter::default()
    };
    let last = ctx.database.tasks(&filter).await?.into_iter().next();
    let until = last.and_then(|task| task.result?.get("until")?.as_str()?.parse().ok());
    Ok(until.unwrap_or_else(|| today.saturating_sub(DAY).unwrap_or(Timestamp::MIN)))
}

/// When the day began, in UTC.
fn midnight(now: Timestamp) -> Timestamp {
    let into = now.as_second().rem_euclid(86_400);
    Timestamp::from_second(now.as_second() - into).unwrap_or(now)
}
