//! What somebody is to be told.

use repono_domain::{Digest, Letter, LetterState, UserId, When};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Message;
use crate::ports::Change;
use crate::tasks::{self, NewTask};
use crate::{Context, Result};

/// The longest fact, in characters: a title may be as long as a document.
const LONGEST: usize = 300;

/// What is to be stored so that a person is told of an event, as they want to be told: nothing, if they
/// do not. `event` names it, among all of this message.
pub(crate) async fn owed(
    ctx: &Context,
    person: UserId,
    message: Message,
    event: &str,
    facts: Value,
) -> Result<Vec<Change>> {
    let when = match message.topic() {
        Some(topic) => ctx.database.mail_settings(person).await?.when(topic),
        None => When::Immediately,
    };
    let state = match when {
        When::Immediately => LetterState::Due,
        When::Daily => LetterState::Digest,
        When::Off => return Ok(Vec::new()),
    };
    let (id, now) = (id(message, event, person), ctx.clock.now());
    let mut changes = Vec::new();
    if state == LetterState::Due {
        let task = NewTask::new("repono.mail", json!({"letter": id}));
        changes.push(Change::Enqueue(tasks::new_task(ctx, &task)?));
    }
    let template = message.name().to_owned();
    let letter = Letter { id, person, template, facts, state, created: now, changed: now };
    changes.push(Change::InsertLetter(letter));
    Ok(changes)
}

/// The same for the same event and person, whoever makes it and how often.
fn id(message: Message, event: &str, person: UserId) -> String {
    let name = message.name();
    let hash = Sha256::digest(format!("{name}\0{event}\0{person}"));
    Digest::from_sha256(hash.into()).as_str().to_owned()
}

/// What strangers wrote, in one line, without what terminals obey, cut where it is too long.
pub(crate) fn line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.replace(char::is_control, "");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_named_by_message_event_and_person() {
        let one = id(Message::RecordPublished, "a/1", UserId(1));

        assert_eq!(one, id(Message::RecordPublished, "a/1", UserId(1)));
        for other in [
            id(Message::RecordDeleted, "a/1", UserId(1)),
            id(Message::RecordPublished, "a/2", UserId(1)),
            id(Message::RecordPublished, "a/1", UserId(2)),
        ] {
            assert_ne!(one, other);
        }
        assert!(one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    }

    #[test]
    fn a_fact_is_one_line_and_ends() {
        assert_eq!(
            line("  Soil\r\nBcc: all@example.org\tmoisture "),
            "Soil Bcc: all@example.org moisture"
        );
        assert_eq!(line("\u{1b}[31mred\0"), "[31mred");
        let long = line(&"ü".repeat(10_000));
        assert_eq!(long.chars().count(), LONGEST + 1);
    }
}
