//! The processes of the repository, and their duties.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use repono_domain::Node;
use repono_service::ports::Nodes;
use repono_service::{Error, Result};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::script::Script;
use super::statement::{Ending, Statement, Value};

#[async_trait]
impl<E: Engine> Nodes for Sql<E> {
    async fn time(&self) -> Result<Timestamp> {
        let Some(clock) = E::CLOCK else { return Ok(self.clock.now()) };
        let told: Option<Told> = self.engine.first(Statement::new(clock)).await?;
        told.map(|Told(time)| time)
            .ok_or_else(|| Error::Internal("the database does not tell the time".to_owned(), None))
    }

    async fn note_node(&self, node: &Node) -> Result<()> {
        let mut script = Script::default();
        script.step("delete from nodes where id = ?").bind(node.id.as_str());
        script
            .step(
                "insert into nodes (id, name, roles, version, started, seen, generation, problem, works_on) \
                 values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(node.id.as_str())
            .bind(node.name.as_str())
            .bind(Value::json(&node.roles)?)
            .bind(node.version.as_str())
            .bind(node.started.as_microsecond())
            .bind(node.seen.as_microsecond())
            .bind(i64::try_from(node.generation).unwrap_or(i64::MAX))
            .bind(node.problem.as_deref())
            .bind(Value::json_if(node.works_on.as_ref())?);
        self.engine.run(script).await.map(drop)
    }

    async fn nodes(&self) -> Result<Vec<Node>> {
        let sql = "select id, name, roles, version, started, seen, generation, problem, works_on from nodes order by name, started, id";
        self.engine.all(Statement::new(sql)).await
    }

    async fn forget_node(&self, id: &str) -> Result<()> {
        let mut script = Script::default();
        script.step("delete from duties where node = ?").bind(id);
        script.step("delete from nodes where id = ?").bind(id);
        self.engine.run(script).await.map(drop)
    }

    async fn lead(&self, duty: &str, node: &str, lease: SignedDuration) -> Result<bool> {
        let mut script = Script::default();
        let free = Statement::new("insert into duties (duty, node, until) values (?, ?, ?)");
        script.step(free.ending(Ending::UnlessThere("duty")).bind(duty).bind("").bind(0_i64));
        script
            .step(
                "update duties set node = ?, until = ? where duty = ? and (node = ? or until <= ?)",
            )
            .bind(node)
            .bind(self.after(lease))
            .bind(duty)
            .bind(node)
            .bind(self.now());
        Ok(self.engine.run(script).await?.changed)
    }

    async fn resign(&self, duty: &str, node: &str) -> Result<()> {
        let mut script = Script::default();
        script.step("delete from duties where duty = ? and node = ?").bind(duty).bind(node);
        self.engine.run(script).await.map(drop)
    }
}

/// What a database's clock says.
struct Told(Timestamp);

impl FromCells for Told {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("clock")?;
        cells.time(&at, "time").map(Self)
    }
}

impl FromCells for Node {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("nodes")?;
        Ok(Self {
            id: at.key().to_owned(),
            name: cells.text(&at, "name")?,
            roles: cells.json(&at, "roles")?,
            version: cells.text(&at, "version")?,
            started: cells.time(&at, "started")?,
            seen: cells.time(&at, "seen")?,
            generation: cells.number(&at, "generation")?,
            problem: cells.text_if(&at, "problem")?,
            works_on: cells.json_if(&at, "works_on")?,
        })
    }
}
