//! What plugins keep for themselves.

use async_trait::async_trait;
use repono_domain::PluginName;
use repono_service::Result;
use repono_service::ports::{Kv, Room, Used};

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::preconditions::Precondition;
use super::script::Script;
use super::statement::{Ending, Statement};

#[async_trait]
impl<E: Engine> Kv for Sql<E> {
    async fn kv_get(&self, plugin: &PluginName, key: &str) -> Result<Option<Vec<u8>>> {
        let sql = "select value from plugin_kv where plugin = ? and name = ?";
        let found: Option<Kept> =
            self.engine.first(Statement::new(sql).bind(plugin.as_str()).bind(key)).await?;
        Ok(found.map(|Kept(value)| value))
    }

    async fn kv_put(&self, plugin: &PluginName, key: &str, value: &[u8], room: Room) -> Result<()> {
        let size = (key.len() + value.len()) as u64;
        let mut script = Script::default();
        let counted =
            Statement::new("insert into plugin_kv_used (plugin, entries, bytes) values (?, 0, 0)");
        script.step(counted.ending(Ending::UnlessThere("plugin"))).bind(plugin.as_str());
        lock(&mut script, plugin);
        script
            .step(
                "update plugin_kv_used set \
                 entries = entries + 1 - (select count(*) from plugin_kv where plugin = ? and name = ?), \
                 bytes = bytes + ? - coalesce((select size from plugin_kv where plugin = ? and name = ?), 0) \
                 where plugin = ? and exists (select 1 from packages where packages.name = ?)",
            )
            .bind(plugin.as_str())
            .bind(key)
            .bind(size)
            .bind(plugin.as_str())
            .bind(key)
            .bind(plugin.as_str())
            .bind(plugin.as_str())
            .must_change(Precondition::InstalledPlugin(plugin.clone()));
        script
            .step(
                "select 1 from plugin_kv_used where plugin = ? and (entries > ? or bytes > ?) limit 1",
            )
            .bind(plugin.as_str())
            .bind(room.entries)
            .bind(room.bytes)
            .must_not_find(Precondition::RoomInKv(plugin.clone(), room));
        delete(&mut script, plugin, key);
        script
            .step("insert into plugin_kv (plugin, name, size, value) values (?, ?, ?, ?)")
            .bind(plugin.as_str())
            .bind(key)
            .bind(size)
            .bind(value.to_vec());
        self.engine.run(script).await.map(drop)
    }

    async fn kv_remove(&self, plugin: &PluginName, key: &str) -> Result<()> {
        let mut script = Script::default();
        lock(&mut script, plugin);
        script
            .step(
                "update plugin_kv_used set \
                 entries = entries - (select count(*) from plugin_kv where plugin = ? and name = ?), \
                 bytes = bytes - coalesce((select size from plugin_kv where plugin = ? and name = ?), 0) \
                 where plugin = ?",
            )
            .bind(plugin.as_str())
            .bind(key)
            .bind(plugin.as_str())
            .bind(key)
            .bind(plugin.as_str());
        delete(&mut script, plugin, key);
        self.engine.run(script).await.map(drop)
    }

    async fn kv_used(&self, plugin: &PluginName) -> Result<Used> {
        let sql = "select plugin, entries, bytes from plugin_kv_used where plugin = ?";
        let found = self.engine.first(Statement::new(sql).bind(plugin.as_str())).await?;
        Ok(found.unwrap_or_default())
    }
}

/// Whoever changes something of the same plugin waits, and then sees what this has changed.
fn lock(script: &mut Script, plugin: &PluginName) {
    let used = Statement::new("select entries from plugin_kv_used where plugin = ?");
    script.step(used.ending(Ending::Lock)).bind(plugin.as_str());
}

fn delete(script: &mut Script, plugin: &PluginName, key: &str) {
    script
        .step("delete from plugin_kv where plugin = ? and name = ?")
        .bind(plugin.as_str())
        .bind(key);
}

struct Kept(Vec<u8>);

impl FromCells for Kept {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        Ok(Self(cells.bytes("plugin_kv", "value")?.into()))
    }
}

impl FromCells for Used {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let at = cells.key("plugin_kv_used")?;
        Ok(Self { entries: cells.number(&at, "entries")?, bytes: cells.number(&at, "bytes")? })
    }
}
