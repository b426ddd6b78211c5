//! Reads and keeps promises to the search index.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::{CollectionName, Digest, RecordId};
use repono_service::Result;
use repono_service::ports::{Due, Outbox, OutboxLag, Quarantined};

use super::Sql;
use super::cells::{Cells, FromCells, Row, read};
use super::engine::{Connection, Engine, Failure, Transaction};
use super::script::Script;
use super::statement::{Ending, Statement, Value, WIDEST, pieces};

#[async_trait]
impl<E: Engine> Outbox for Sql<E> {
    async fn due(&self, limit: u32, lease: SignedDuration) -> Result<Vec<Due>> {
        let now = self.now();
        // Nothing is due most of the time: no transaction is needed to see that.
        let any = Statement::new("select seq from outbox where due_at <= ? limit 1").bind(now);
        if !self.engine.any(any).await? {
            return Ok(Vec::new());
        }
        self.engine.transact(Take { limit, now, until: self.after(lease) }).await
    }

    async fn kept(&self, promises: &[(RecordId, i64)]) -> Result<()> {
        let mut script = Script::default();
        for promises in promises.chunks(WIDEST) {
            strike_out(&mut script, promises);
            let indexed = Statement::new("delete from quarantine where record in ([?])");
            script.step(indexed.bind_list(promises.iter().map(|(record, _)| [(*record).into()])));
        }
        self.engine.run(script).await?;
        Ok(())
    }

    async fn postpone(&self, promises: &[(RecordId, i64)], at: Timestamp, why: &str) -> Result<()> {
        self.engine.run(later(promises, at, why, 0)).await.map(drop)
    }

    async fn failed(&self, promises: &[(RecordId, i64)], at: Timestamp, why: &str) -> Result<()> {
        self.engine.run(later(promises, at, why, 1)).await.map(drop)
    }

    async fn promised(
        &self,
        collection: &CollectionName,
        after: Option<RecordId>,
        until: Option<RecordId>,
    ) -> Result<BTreeSet<RecordId>> {
        /// Comes after every id.
        const LAST: &str = "~";
        let text = |id: Option<RecordId>, otherwise: &str| {
            id.map_or_else(|| otherwise.to_owned(), |id| id.to_string())
        };
        let sql = "select distinct record from outbox where record > ? and record <= ? and collection = ?";
        let statement = Statement::new(sql)
            .bind(text(after, ""))
            .bind(text(until, LAST))
            .bind(collection.as_str());
        Ok(self.engine.all::<RecordId>(statement).await?.into_iter().collect())
    }

    async fn quarantine(&self, seq: i64, entry: &Quarantined) -> Result<()> {
        let mut script = Script::default();
        strike_out(&mut script, &[(entry.record, seq)]);
        script.step("delete from quarantine where record = ?").bind(entry.record);
        script
            .step("insert into quarantine (record, collection, plugin, reason, since) values (?, ?, ?, ?, ?)")
            .bind(entry.record)
            .bind(entry.collection.as_str())
            .bind(entry.plugin.as_str())
            .bind(entry.reason.as_str())
            .bind(entry.since.as_microsecond());
        self.engine.run(script).await?;
        Ok(())
    }

    async fn quarantined(&self, limit: u32) -> Result<Vec<Quarantined>> {
        let sql = "select record, collection, plugin, reason, since from quarantine order by since, record limit ?";
        self.engine.all(Statement::new(sql).bind(limit)).await
    }

    async fn release_quarantined(
        &self,
        collection: &CollectionName,
        record: Option<RecordId>,
    ) -> Result<u64> {
        let collection = collection.clone();
        self.engine.transact(Release { collection, record, now: self.now() }).await
    }

    async fn quarantine_sizes(&self) -> Result<BTreeMap<CollectionName, u64>> {
        let sql = "select collection, count(*) from quarantine group by collection";
        let sizes: Vec<(CollectionName, u64)> = self.engine.all(Statement::new(sql)).await?;
        Ok(sizes.into_iter().collect())
    }

    async fn lag(&self) -> Result<BTreeMap<CollectionName, OutboxLag>> {
        let sql = "select collection, count(*), min(created) from outbox group by collection";
        let lags: Vec<(CollectionName, OutboxLag)> = self.engine.all(Statement::new(sql)).await?;
        Ok(lags.into_iter().collect())
    }
}

/// Leaves promises alone until then, after so many tries more.
fn later(promises: &[(RecordId, i64)], at: Timestamp, why: &str, tries: u32) -> Script {
    let mut script = Script::default();
    for promises in promises.chunks(WIDEST) {
        let statement = Statement::new(
            "update outbox set due_at = ?, attempts = attempts + ?, error = ? where [(record = ? and seq <= ?)| or ]",
        );
        let statement = statement.bind(at.as_microsecond()).bind(tries).bind(why);
        script.step(statement.bind_list(numbered(promises)));
    }
    script
}

fn numbered(promises: &[(RecordId, i64)]) -> impl Iterator<Item = [Value; 2]> {
    promises.iter().map(|(record, seq)| [(*record).into(), (*seq).into()])
}

/// [`WIDEST`] at most.
fn strike_out(script: &mut Script, promises: &[(RecordId, i64)]) {
    let statement = Statement::new("delete from outbox where [(record = ? and seq <= ?)| or ]");
    script.step(statement.bind_list(numbered(promises)));
}

/// Hands out what is due, until the lease is over. What others hand out at the same moment is passed
/// over, and may be another promise for the same record: who is late writes nothing to the index.
struct Take {
    limit: u32,
    now: i64,
    until: i64,
}

#[async_trait]
impl Transaction for Take {
    type Output = Vec<Due>;

    const TABLE: &'static str = "outbox";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<Vec<Due>, Failure> {
        // The comment is for MySQL, which sorts small tables instead, and locks all that it sorts.
        let first = Statement::new(
            "select /*+ index(outbox outbox_due) */ seq, collection, record, attempts, trace from outbox where due_at <= ? order by due_at, seq limit ?",
        );
        let first = first.ending(Ending::LockFree).bind(self.now).bind(self.limit);
        let first = due(&connection.rows(&first).await?)?;

        let records: Vec<RecordId> = first.into_iter().map(|due| due.record).collect();
        let mut highest = BTreeMap::new();
        for records in records.chunks(WIDEST) {
            // All promises for these records go together, whether they were among the first or not.
            let all = Statement::new(
                "select seq, collection, record, attempts, trace from outbox where due_at <= ? and record in ([?]) order by seq",
            );
            let all = all
                .ending(Ending::LockFree)
                .bind(self.now)
                .bind_list(records.iter().map(|record| [(*record).into()]));
            let all = due(&connection.rows(&all).await?)?;

            let mut script = Script::default();
            for numbers in all.chunks(WIDEST) {
                let lease = Statement::new("update outbox set due_at = ? where seq in ([?])");
                let numbers = numbers.iter().map(|due| [due.seq.into()]);
                script.step(lease.bind(self.until).bind_list(numbers));
            }
            connection.run(&mut script).await?;
            highest.extend(all.into_iter().map(|due| (due.record, due)));
        }
        let mut handed_out: Vec<Due> = highest.into_values().collect();
        handed_out.sort_unstable_by_key(|due| due.seq);
        Ok(handed_out)
    }
}

fn due(rows: &[impl Row]) -> Result<Vec<Due>> {
    rows.iter().map(read).collect()
}

/// Promises again what was given up.
struct Release {
    collection: CollectionName,
    /// Of this record alone.
    record: Option<RecordId>,
    now: i64,
}

#[async_trait]
impl Transaction for Release {
    type Output = u64;

    const TABLE: &'static str = "quarantine";

    async fn run<C: Connection>(&mut self, connection: &mut C) -> Result<u64, Failure> {
        let given_up = Statement::new(
            "select record, collection, plugin, reason, since from quarantine where collection = ? order by since, record",
        );
        let given_up = given_up.ending(Ending::Lock).bind(self.collection.as_str());
        let mut given_up: Vec<Quarantined> =
            connection.rows(&given_up).await?.iter().map(read).collect::<Result<_>>()?;
        given_up.retain(|entry| self.record.is_none_or(|record| entry.record == record));

        let mut script = Script::default();
        for entries in pieces(&given_up) {
            let records = || entries.iter().map(|entry| entry.record);
            let promise = Statement::new(
                "insert into outbox (collection, record, created, due_at, attempts) values [(?, ?, ?, ?, 0)]",
            );
            let collection = self.collection.as_str();
            script.step(promise.bind_rows(records().map(|record| {
                [collection.into(), record.into(), self.now.into(), self.now.into()]
            })));
            let forget = Statement::new("delete from quarantine where record in ([?])");
            script.step(forget.bind_list(records().map(|record| [record.into()])));
        }
        connection.run(&mut script).await?;
        Ok(u64::try_from(given_up.len()).unwrap_or(u64::MAX))
    }
}

impl FromCells for Due {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let (seq, at) = cells.number_key("outbox")?;
        Ok(Self {
            seq,
            collection: cells.parse(&at, "collection")?,
            record: cells.parse(&at, "record")?,
            attempts: cells.number(&at, "attempts")?,
            trace: cells.parse_if(&at, "trace")?,
        })
    }
}

impl FromCells for Quarantined {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("quarantine")?;
        Ok(Self {
            record: at.parse_key("record")?,
            collection: cells.parse(&at, "collection")?,
            plugin: Digest::from_stored(&cells.text(&at, "plugin")?),
            reason: cells.text(&at, "reason")?,
            since: cells.time(&at, "since")?,
        })
    }
}

impl FromCells for (CollectionName, u64) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("quarantine")?;
        Ok((at.parse_key("collection")?, cells.number(&at, "record")?))
    }
}

impl FromCells for (CollectionName, OutboxLag) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("outbox")?;
        let lag =
            OutboxLag { pending: cells.number(&at, "seq")?, oldest: cells.time(&at, "created")? };
        Ok((at.parse_key("collection")?, lag))
    }
}
