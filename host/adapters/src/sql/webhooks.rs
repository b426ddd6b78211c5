//! Receivers of webhooks, and what they are told.

use async_trait::async_trait;
use jiff::Timestamp;
use repono_domain::{DeliveryState, UserId, Webhook, WebhookDelivery, WebhookSecret};
use repono_service::Result;
use repono_service::ports::{Attempt, Webhooks};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::script::Script;
use super::statement::Statement;

/// What is read of a [`Webhook`].
macro_rules! webhook_columns {
    () => {
        "id, owner, url, events, collection, secret, revision, created, failures, disabled, disabled_why"
    };
}

/// What is read of a [`WebhookDelivery`].
macro_rules! delivery_columns {
    () => {
        "id, webhook, event, collection, record, revision, state, created, changed, attempts, status, answer"
    };
}

#[async_trait]
impl<E: Engine> Webhooks for Sql<E> {
    async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let sql = concat!("select ", webhook_columns!(), " from webhooks order by id");
        self.engine.all(Statement::new(sql)).await
    }

    async fn webhook(&self, id: &str) -> Result<Option<Webhook>> {
        let sql = concat!("select ", webhook_columns!(), " from webhooks where id = ?");
        self.engine.first(Statement::new(sql).bind(id)).await
    }

    async fn next_delivery(&self, webhook: &str) -> Result<Option<WebhookDelivery>> {
        let sql = concat!(
            "select ",
            delivery_columns!(),
            " from deliveries where webhook = ? and state = 'waiting' order by seq limit 1"
        );
        self.engine.first(Statement::new(sql).bind(webhook)).await
    }

    async fn deliveries(&self, webhook: &str, limit: u32) -> Result<Vec<WebhookDelivery>> {
        let sql = concat!(
            "select ",
            delivery_columns!(),
            " from deliveries where webhook = ? order by seq desc limit ?"
        );
        self.engine.all(Statement::new(sql).bind(webhook).bind(limit)).await
    }

    async fn note_attempt(&self, delivery: &WebhookDelivery, attempt: &Attempt) -> Result<()> {
        let mut script = Script::default();
        // First: afterwards it does not wait any more.
        script
            .step(
                "update webhooks set failures = case when ? = 1 then 0 else failures + 1 end where id = ? \
                 and exists (select 1 from deliveries where webhook = ? and state = 'waiting' and deliveries.id = ?)",
            )
            .bind(i64::from(attempt.is_delivered))
            .bind(delivery.webhook.as_str())
            .bind(delivery.webhook.as_str())
            .bind(delivery.id.as_str());
        let state =
            if attempt.is_delivered { DeliveryState::Delivered } else { DeliveryState::Waiting };
        script
            .step(
                "update deliveries set state = ?, changed = ?, attempts = attempts + 1, status = ?, answer = ? \
                 where webhook = ? and state = 'waiting' and id = ?",
            )
            .bind(state.as_str())
            .bind(attempt.at.as_microsecond())
            .bind(attempt.status.map(u32::from))
            .bind(attempt.answer.as_str())
            .bind(delivery.webhook.as_str())
            .bind(delivery.id.as_str());
        self.engine.run(script).await?;
        Ok(())
    }

    async fn drop_deliveries(
        &self,
        webhook: &str,
        before: Timestamp,
        most: u32,
        why: &str,
    ) -> Result<u64> {
        let newest = "select seq from deliveries where webhook = ? and state = 'waiting' order by seq desc limit 1 offset ?";
        let beyond: Option<u64> =
            self.engine.first(Statement::new(newest).bind(webhook).bind(most)).await?;
        // Nothing has the number 0.
        let beyond = beyond.unwrap_or_default();
        let goes = "select count(*) from deliveries where webhook = ? and state = 'waiting' and (created < ? or seq <= ?)";
        let goes = Statement::new(goes).bind(webhook).bind(before.as_microsecond()).bind(beyond);
        let count = self.engine.first(goes).await?.unwrap_or_default();
        if count == 0 {
            return Ok(0);
        }
        let mut script = Script::default();
        script
            .step(
                "update deliveries set state = 'dropped', changed = ?, answer = ? \
                 where webhook = ? and state = 'waiting' and (created < ? or seq <= ?)",
            )
            .bind(self.now())
            .bind(why)
            .bind(webhook)
            .bind(before.as_microsecond())
            .bind(beyond);
        self.engine.run(script).await?;
        Ok(count)
    }

    async fn forget_deliveries(&self, state: DeliveryState, before: Timestamp) -> Result<u64> {
        let old = Statement::new("select count(*) from deliveries where state = ? and changed < ?")
            .bind(state.as_str())
            .bind(before.as_microsecond());
        let count = self.engine.first(old).await?.unwrap_or_default();
        let mut script = Script::default();
        script
            .step("delete from deliveries where state = ? and changed < ?")
            .bind(state.as_str())
            .bind(before.as_microsecond());
        self.engine.run(script).await?;
        Ok(count)
    }
}

impl FromCells for Webhook {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("webhooks")?;
        Ok(Self {
            id: at.key().to_owned(),
            owner: UserId(cells.number(&at, "owner")?),
            url: cells.text(&at, "url")?,
            events: cells.json(&at, "events")?,
            collection: cells.parse_if(&at, "collection")?,
            secret: WebhookSecret(cells.text(&at, "secret")?),
            revision: cells.number(&at, "revision")?,
            created: cells.time(&at, "created")?,
            failures: cells.number(&at, "failures")?,
            disabled: {
                let since = cells.time_if(&at, "disabled")?;
                let why = cells.text_if(&at, "disabled_why")?;
                since.map(|since| (since, why.unwrap_or_default()))
            },
        })
    }
}

impl FromCells for WebhookDelivery {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("deliveries")?;
        let webhook = cells.text(&at, "webhook")?;
        let event = cells.text(&at, "event")?;
        let collection = cells.parse(&at, "collection")?;
        let record = cells.parse(&at, "record")?;
        let revision = cells.number(&at, "revision")?;
        let state = cells.text(&at, "state")?;
        let state = DeliveryState::from_stored(&state)
            .ok_or_else(|| at.lie("state", format!("{state:?} is not a state")))?;
        Ok(Self {
            id: at.key().to_owned(),
            webhook,
            event,
            collection,
            record,
            revision,
            state,
            created: cells.time(&at, "created")?,
            changed: cells.time(&at, "changed")?,
            attempts: cells.number(&at, "attempts")?,
            status: cells.number_if(&at, "status")?,
            answer: cells.text_if(&at, "answer")?,
        })
    }
}
