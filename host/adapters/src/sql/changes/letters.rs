//! Letters that somebody is owed.

use repono_domain::Letter;
use repono_service::Result;

use crate::sql::preconditions::Precondition;
use crate::sql::script::Script;
use crate::sql::statement::Value;

pub(super) fn insert(script: &mut Script, letter: &Letter) -> Result<()> {
    script
        .step(
            "insert into letters (id, person, template, facts, state, created, changed) values (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(letter.id.as_str())
        .bind(letter.person.0)
        .bind(letter.template.as_str())
        .bind(Value::json(&letter.facts)?)
        .bind(letter.state.as_str())
        .bind(letter.created.as_microsecond())
        .bind(letter.changed.as_microsecond())
        .unless_refused(Precondition::NewLetter);
    Ok(())
}

pub(super) fn collect(script: &mut Script, ids: &[String], now: i64) {
    for id in ids {
        script
            .step("update letters set state = 'collected', changed = ? where id = ? and state = 'digest'")
            .bind(now)
            .bind(id.as_str())
            .must_change(Precondition::LetterWaits);
    }
}
