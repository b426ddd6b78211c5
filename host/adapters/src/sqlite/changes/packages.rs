//! Plugins' bytes, what is in force, and the vocabularies that plugins bring.

use repono_domain::{Digest, PluginName};
use repono_service::Result;
use repono_service::ports::{Activation, Package};

use crate::sqlite::preconditions::Precondition;
use crate::sqlite::rows::to_json;
use crate::sqlite::script::Script;

pub(super) fn insert(script: &mut Script, package: Package) -> Result<()> {
    script
            .step(
                "insert into packages (digest, name, version, summary, grants, installed, bytes) values (?, ?, ?, ?, ?, ?, ?) \
                 on conflict (digest) do nothing",
            )
            .bind(package.digest.as_str())
            .bind(package.name.as_str())
            .bind(package.version)
            .bind(package.summary)
            .bind(to_json(&package.grants)?)
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
    script.step("delete from packages where digest = ?").bind(digest.as_str());
}

pub(super) fn activate(
    script: &mut Script,
    plugin: &PluginName,
    activation: Option<&Activation>,
) -> Result<()> {
    script.step("delete from activations where plugin = ?").bind(plugin.as_str());
    if let Some(activation) = activation {
        script
            .step("insert into activations (plugin, digest, previous, indices, previous_indices, since) \
             values (?, ?, ?, ?, ?, ?)")
            .bind(plugin.as_str())
            .bind(activation.digest.as_str())
            .bind(activation.previous.as_ref().map(Digest::as_str))
            .bind(to_json(&activation.indices)?)
            .bind(to_json(&activation.previous_indices)?)
            .bind(activation.since.as_microsecond())
            .unless_refused(Precondition::StoredPackage(plugin.clone()));
    }
    script.step("update counters set value = value + 1 where name = 'generation'");
    Ok(())
}

pub(super) fn replace_vocabulary(
    script: &mut Script,
    vocabulary: &str,
    plugin: &PluginName,
    terms: Vec<(String, String)>,
) {
    script
        .step("delete from terms where vocabulary = ? and plugin = ?")
        .bind(vocabulary)
        .bind(plugin.as_str());
    for (place, (id, json)) in (0_i64..).zip(terms) {
        script
            .step("insert into terms (vocabulary, id, plugin, place, json) values (?, ?, ?, ?, ?)")
            .bind(vocabulary)
            .bind(id)
            .bind(plugin.as_str())
            .bind(place)
            .bind(json)
            .unless_refused(Precondition::OwnTerms(vocabulary.to_owned()));
    }
}
