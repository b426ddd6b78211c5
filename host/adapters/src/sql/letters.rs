//! Letters, and how people want to be written to.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{Letter, LetterState, MailSettings, UserId};
use repono_service::Result;
use repono_service::ports::Letters;

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::script::Script;
use super::statement::{Ending, Statement, Value};

/// What is read of a [`Letter`].
macro_rules! letter_columns {
    () => {
        "id, person, template, facts, state, created, changed"
    };
}

#[async_trait]
impl<E: Engine> Letters for Sql<E> {
    async fn letter(&self, id: &str) -> Result<Option<Letter>> {
        let sql = concat!("select ", letter_columns!(), " from letters where id = ?");
        self.engine.first(Statement::new(sql).bind(id)).await
    }

    async fn note_sent(&self, id: &str, at: Timestamp) -> Result<()> {
        let mut script = Script::default();
        script
            .step("update letters set state = 'sent', changed = ? where id = ?")
            .bind(at.as_microsecond())
            .bind(id);
        self.engine.run(script).await?;
        Ok(())
    }

    async fn waiting_letters(&self, after: Option<UserId>, limit: u32) -> Result<Vec<Letter>> {
        let sql = concat!(
            "select ",
            letter_columns!(),
            " from letters where state = 'digest' and person > ? order by person, created, id limit ?"
        );
        let after = after.map_or(i64::MIN, |after| after.0);
        self.engine.all(Statement::new(sql).bind(after).bind(limit)).await
    }

    async fn forget_letters(&self, state: LetterState, before: Timestamp) -> Result<u64> {
        let old = Statement::new("select count(*) from letters where state = ? and changed < ?")
            .bind(state.as_str())
            .bind(before.as_microsecond());
        let count = self.engine.first(old).await?.unwrap_or_default();
        let mut script = Script::default();
        script
            .step("delete from letters where state = ? and changed < ?")
            .bind(state.as_str())
            .bind(before.as_microsecond());
        self.engine.run(script).await?;
        Ok(count)
    }

    async fn mail_settings(&self, person: UserId) -> Result<MailSettings> {
        let sql = "select person, settings from mail_settings where person = ?";
        let kept: Option<Kept> = self.engine.first(Statement::new(sql).bind(person.0)).await?;
        Ok(kept.map(|Kept(settings)| settings).unwrap_or_default())
    }

    async fn keep_mail_settings(&self, person: UserId, settings: &MailSettings) -> Result<()> {
        let settings = Value::json(settings)?;
        let mut script = Script::default();
        let first = Statement::new("insert into mail_settings (person, settings) values (?, ?)");
        script.step(
            first.ending(Ending::UnlessThere("person")).bind(person.0).bind(settings.clone()),
        );
        script
            .step("update mail_settings set settings = ? where person = ?")
            .bind(settings)
            .bind(person.0);
        self.engine.run(script).await?;
        Ok(())
    }
}

impl FromCells for Letter {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("letters")?;
        let person = UserId(cells.number(&at, "person")?);
        let template = cells.text(&at, "template")?;
        let facts = cells.json(&at, "facts")?;
        let state = cells.text(&at, "state")?;
        let state = LetterState::from_stored(&state)
            .ok_or_else(|| at.lie("state", format!("{state:?} is not a state")))?;
        Ok(Self {
            id: at.key().to_owned(),
            person,
            template,
            facts,
            state,
            created: cells.time(&at, "created")?,
            changed: cells.time(&at, "changed")?,
        })
    }
}

struct Kept(MailSettings);

impl FromCells for Kept {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let (_, at) = cells.number_key("mail_settings")?;
        Ok(Self(cells.json(&at, "settings")?))
    }
}
