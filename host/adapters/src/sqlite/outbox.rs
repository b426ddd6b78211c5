//! Reads and keeps promises to the search index.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{CollectionName, Digest, RecordId};
use repono_service::Result;
use repono_service::ports::{Due, Outbox, OutboxLag, Quarantined};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::rows::{At, placeholders};
use super::script::Script;
use super::work::{Failure, Work};
use super::{Sqlite, error};

#[async_trait]
impl Outbox for Sqlite {
    async fn due(&self, limit: u32, lease: SignedDuration) -> Result<Vec<Due>> {
        let now = self.now();
        // Nothing is due most of the time: the writer need not hear of it.
        let any: Option<i64> =
            sqlx::query_scalar("select seq from outbox where due_at <= ? limit 1")
                .bind(now)
                .fetch_optional(&self.readers)
                .await
                .map_err(error::read)?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let until = now.saturating_add(microseconds(lease));
        self.writer.run(Take { limit, now, until }).await
    }

    async fn kept(&self, promises: &[(RecordId, i64)]) -> Result<()> {
        let mut script = Script::default();
        for (record, seq) in promises {
            strike_out(&mut script, *record, *seq);
            script.step("delete from quarantine where record = ?").bind(record.to_string());
        }
        self.writer.run(script).await?;
        Ok(())
    }

    async fn postpone(&self, seq: i64, at: Timestamp, why: &str) -> Result<()> {
        let mut script = Script::default();
        script
            .step(
                "update outbox set due_at = ?, attempts = attempts + 1, error = ? \
                     where seq <= ? and record = (select record from outbox where seq = ?)",
            )
            .bind(at.as_microsecond())
            .bind(why)
            .bind(seq)
            .bind(seq);
        self.writer.run(script).await?;
        Ok(())
    }

    async fn quarantine(&self, seq: i64, entry: &Quarantined) -> Result<()> {
        let mut script = Script::default();
        strike_out(&mut script, entry.record, seq);
        script.step("delete from quarantine where record = ?").bind(entry.record.to_string());
        script
                .step("insert into quarantine (record, collection, plugin, reason, since) values (?, ?, ?, ?, ?)")
                .bind(entry.record.to_string())
                .bind(entry.collection.as_str())
                .bind(entry.plugin.as_str())
                .bind(entry.reason.as_str())
                .bind(entry.since.as_microsecond());
        self.writer.run(script).await?;
        Ok(())
    }

    async fn quarantined(&self, limit: u32) -> Result<Vec<Quarantined>> {
        let rows: Vec<QuarantineRow> =
            sqlx::query_as("select record, collection, plugin, reason, since from quarantine order by since, record limit ?")
                .bind(limit)
                .fetch_all(&self.readers)
                .await
                .map_err(error::read)?;
        rows.into_iter().map(QuarantineRow::read).collect()
    }

    async fn release_quarantined(&self, collection: &CollectionName) -> Result<u64> {
        let now = self.now();
        let mut script = Script::default();
        script
                .step(
                    "insert into outbox (collection, record, created, due_at, attempts) \
                     select collection, record, ?, ?, 0 from quarantine where collection = ? order by since, record",
                )
                .bind(now)
                .bind(now)
                .bind(collection.as_str());
        script.step("delete from quarantine where collection = ?").bind(collection.as_str());
        let done = self.writer.run(script).await?;
        Ok(done.changed.last().copied().unwrap_or_default())
    }

    async fn lag(&self) -> Result<OutboxLag> {
        let (pending, oldest): (i64, Option<i64>) =
            sqlx::query_as("select count(*), min(created) from outbox")
                .fetch_one(&self.readers)
                .await
                .map_err(error::read)?;
        let at = At { table: "outbox", row: "oldest" };
        Ok(OutboxLag {
            pending: at.number("seq", pending)?,
            oldest: oldest.map(|oldest| at.time("created", oldest)).transpose()?,
        })
    }
}

fn strike_out(script: &mut Script, record: RecordId, seq: i64) {
    script
        .step("delete from outbox where record = ? and seq <= ?")
        .bind(record.to_string())
        .bind(seq);
}

fn microseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Hands out what is due, until the lease is over.
struct Take {
    limit: u32,
    now: i64,
    until: i64,
}

#[async_trait]
impl Work for Take {
    type Output = Vec<Due>;

    async fn run(&mut self, connection: &mut SqliteConnection) -> Result<Vec<Due>, Failure> {
        // The records whose promises are due first, and of each the highest number that is due.
        let rows: Vec<PromiseRow> = sqlx::query_as(
            "select o.seq, o.collection, o.record, o.attempts from outbox o join ( \
               select m.record, max(m.seq) as seq from outbox m \
               where m.due_at <= ? and m.record in ( \
                 select record from (select record from outbox where due_at <= ? order by due_at, seq limit ?) as first_due) \
               group by m.record) as highest on highest.seq = o.seq \
             order by o.seq",
        )
        .bind(self.now)
        .bind(self.now)
        .bind(self.limit)
        .fetch_all(&mut *connection)
        .await?;

        if rows.is_empty() {
            // Somebody else was here first.
            return Ok(Vec::new());
        }

        let text = format!(
            "update outbox set due_at = ? where due_at <= ? and record in ({})",
            placeholders(rows.len())
        );
        let mut lease =
            sqlx::query(AssertSqlSafe(text)).persistent(false).bind(self.until).bind(self.now);
        for row in &rows {
            lease = lease.bind(row.record.as_str());
        }
        lease.execute(connection).await?;
        Ok(rows.into_iter().map(PromiseRow::read).collect::<Result<_>>()?)
    }
}

#[derive(sqlx::FromRow)]
struct PromiseRow {
    seq: i64,
    collection: String,
    record: String,
    attempts: i64,
}

impl PromiseRow {
    fn read(self) -> Result<Due> {
        let row = self.seq.to_string();
        let at = At { table: "outbox", row: &row };
        Ok(Due {
            seq: self.seq,
            collection: at.parse("collection", &self.collection)?,
            record: at.parse("record", &self.record)?,
            attempts: at.number("attempts", self.attempts)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct QuarantineRow {
    record: String,
    collection: String,
    plugin: String,
    reason: String,
    since: i64,
}

impl QuarantineRow {
    fn read(self) -> Result<Quarantined> {
        let at = At { table: "quarantine", row: &self.record };
        Ok(Quarantined {
            collection: at.parse("collection", &self.collection)?,
            record: at.parse("record", &self.record)?,
            plugin: Digest::from_stored(&self.plugin),
            since: at.time("since", self.since)?,
            reason: self.reason,
        })
    }
}
