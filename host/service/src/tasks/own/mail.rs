//! `repono.mail`: sends a letter.

use std::time::Duration;

use async_trait::async_trait;
use repono_domain::LetterState;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OwnTask, kind, read};
use crate::mail::{Message, filled};
use crate::ports::{Backoff, Mail as Sent, Outcome, TaskHost, TaskKind};
use crate::{Context, Error, Result};

/// How long one attempt may take: longer than any mail server is waited for.
const LIMIT: Duration = Duration::from_mins(15);
/// With these, a mail server may be away for about two days.
const ATTEMPTS: u32 = 100;
const BACKOFF: Backoff = Backoff { base: Duration::from_secs(10), most: Duration::from_hours(1) };

pub(super) struct Mail(TaskKind);

impl Mail {
    pub(super) fn new() -> Self {
        Self(TaskKind {
            payload_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["letter"],
                "properties": {"letter": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
            }),
            queue: "mail".to_owned(),
            max_attempts: ATTEMPTS,
            backoff: BACKOFF,
            ..kind("mail", "Sends a letter", LIMIT)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    letter: String,
}

#[async_trait]
impl OwnTask for Mail {
    fn kind(&self) -> &TaskKind {
        &self.0
    }

    /// Between the mail server's word and the note of it, the letter may be sent again: as the same one.
    async fn execute(
        &self,
        ctx: &Context,
        payload: &Value,
        _host: &dyn TaskHost,
    ) -> Result<Outcome> {
        let Payload { letter: id } = read(payload)?;
        let letter = ctx.database.letter(&id).await?;
        let letter = letter.ok_or_else(|| Error::NotFound(format!("there is no letter {id}")))?;
        if letter.state == LetterState::Sent {
            return Ok(Outcome::Done(json!({"sent": letter.changed.to_string()})));
        }
        let person = ctx.database.user(letter.person).await?;
        let Some(person) = person.filter(|person| !person.blocked) else {
            let why = format!("the user {} is gone, or blocked", letter.person);
            return Ok(Outcome::Done(json!({"left_out": why})));
        };
        let language = ctx.database.mail_settings(person.id).await?.language;
        let facts = filled(&ctx.settings.site_url, &person.email, letter.facts);
        let message = Message::named(&letter.template)?;
        let written = ctx.templates.write(message, language.as_deref(), &facts)?;
        let sent = Sent {
            id,
            to: person.email,
            subject: written.subject,
            text: written.text,
            html: written.html,
        };
        ctx.mailer.send(&sent).await.map_err(|error| match error {
            Error::Invalid(why) => Error::Invalid(format!("no letter to {}: {why}", sent.to)),
            other => other,
        })?;
        let now = ctx.clock.now();
        ctx.database.note_sent(&sent.id, now).await?;
        Ok(Outcome::Done(json!({"sent": now.to_string()})))
    }
}
