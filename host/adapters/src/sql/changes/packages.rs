//! Plugins' bytes, what is in force, the vocabularies that plugins bring, and what they keep.

use repono_domain::{Digest, PluginName};
use repono_service::Result;
use repono_service::ports::{Activation, Package};

use crate::sql::preconditions::Precondition;
use crate::sql::script::Script;
use crate::sql::statement::{Ending, Statement, Value, pieces};

pub(super) fn insert(script: &mut Script, package: Package) -> Result<()> {
    let statement = Statement::new(
        "insert into packages (digest, name, version, summary, grants, installed, bytes) values (?, ?, ?, ?, ?, ?, ?)",
    );
    script
        .step(statement.ending(Ending::UnlessThere("digest")))
        .bind(package.digest.as_str())
        .bind(package.name.as_str())
        .bind(package.version)
        .bind(package.summary)
        .bind(Value::json(&package.grants)?)
        .bind(package.installed.as_microsecond())
        .bind(Vec::from(package.bytes));
    Ok(())
}

pub(super) fn delete(script: &mut Script, digest: &Digest) {
    script
        .step("select 1 from activations where digest = ? or previous = ? limit 1")
        .bind(digest.as_str())
        .bind(digest.as_str())
        .must_not_find(Precondition::NotInForce(digest.clone()));
    script
        .step("select 1 from revisions where plugin = ? limit 1")
        .bind(digest.as_str())
        .must_not_find(Precondition::NotUsedByRecords(digest.clone()));
    script
        .step("select 1 from drafts where plugin = ? limit 1")
        .bind(digest.as_str())
        .must_not_find(Precondition::NotUsedByDrafts(digest.clone()));
    script
        .step("delete from packages where digest = ?")
        .bind(digest.as_str())
        .unless_refused(Precondition::NotInForce(digest.clone()));
}

pub(super) fn empty_kv(script: &mut Script, plugin: &PluginName) {
    script.step("delete from plugin_kv_used where plugin = ?").bind(plugin.as_str());
    script.step("delete from plugin_kv where plugin = ?").bind(plugin.as_str());
}

pub(super) fn activate(
    script: &mut Script,
    plugin: &PluginName,
    activation: Option<&Activation>,
) -> Result<()> {
    // First, so that of two activations at once one waits for the other here.
    script.step("update counters set value = value + 1 where name = 'generation'");
    script.step("delete from activations where plugin = ?").bind(plugin.as_str());
    if let Some(activation) = activation {
        script
            .step("insert into activations (plugin, digest, previous, indices, previous_indices, replaced_indices, since) \
             values (?, ?, ?, ?, ?, ?, ?)")
            .bind(plugin.as_str())
            .bind(activation.digest.as_str())
            .bind(activation.previous.as_ref().map(Digest::as_str))
            .bind(Value::json(&activation.indices)?)
            .bind(Value::json(&activation.previous_indices)?)
            .bind(Value::json(&activation.replaced_indices)?)
            .bind(activation.since.as_microsecond())
            .unless_refused(Precondition::StoredPackage(plugin.clone()));
    }
    Ok(())
}

pub(super) fn replace_vocabulary(
    script: &mut Script,
    vocabulary: &str,
    plugin: &PluginName,
    terms: Vec<(String, String)>,
) {
    // Whoever brings terms at the same time waits: they would not see each other's.
    let lock = Statement::new("select value from counters where name = 'generation'");
    script.step(lock.ending(Ending::Lock));
    script
        .step("delete from terms where vocabulary = ? and plugin = ?")
        .bind(vocabulary)
        .bind(plugin.as_str());
    let rows: Vec<[Value; 5]> = (0_i64..)
        .zip(terms)
        .map(|(place, (id, json))| {
            [vocabulary.into(), id.into(), plugin.as_str().into(), place.into(), json.into()]
        })
        .collect();
    for rows in pieces(&rows) {
        let statement = Statement::new(
            "insert into terms (vocabulary, id, plugin, place, json) values [(?, ?, ?, ?, ?)]",
        );
        script
            .step(statement.bind_rows(rows.iter().cloned()))
            .unless_refused(Precondition::OwnTerms(vocabulary.to_owned()));
    }
}
