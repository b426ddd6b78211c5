//! What a plugin says of itself, asked once and checked: nothing later has to doubt it.

use std::collections::HashSet;
use std::time::Duration;

use repono_domain::{CollectionName, Digest, PluginName};
use repono_service::ports::{
    CollectionDescription, Description, Format, IndexDescription, PluginFailure, Refusal, TaskKind,
    VocabularyDescription,
};
use serde_json::Value;

use crate::anatomy::Anatomy;
use crate::bindings::exporter_v1::exports::repono::plugin::exporter;
use crate::bindings::indexer_v1::exports::repono::plugin::indexer;
use crate::bindings::manifest_v1::exports::repono::plugin::manifest::Descriptor;
use crate::bindings::schema_v1::exports::repono::plugin::schema;
use crate::bindings::task_v1::exports::repono::plugin::task;
use crate::bindings::vocabularies_v1::exports::repono::plugin::vocabularies;
use crate::call::{Ask, Callee, Mishap};
use crate::contract;
use crate::hooks::Guest;

/// Asks who the plugin is. Its settings are tried out on the way.
pub(crate) async fn manifest(callee: &Callee) -> Result<Descriptor, Refusal> {
    ask(callee, "manifest.describe", |guest| {
        Ok(guest.manifest()?.call_describe(&mut *guest.store)?)
    })
    .await
}

/// Asks every hook what it has.
pub(crate) async fn describe(
    callee: &Callee,
    anatomy: &Anatomy,
    digest: Digest,
    descriptor: Descriptor,
) -> Result<Description, Refusal> {
    let has = |hook: &str| contract::interfaces(&anatomy.exports).any(|export| export == hook);
    let mut description = Description {
        digest,
        name: name(&descriptor)?,
        version: version(&descriptor)?,
        summary: descriptor.summary,
        capabilities: descriptor.capabilities,
        collections: Vec::new(),
        vocabularies: Vec::new(),
        indexes: Vec::new(),
        formats: Vec::new(),
        kinds: Vec::new(),
    };

    if has("schema") {
        let said = ask(callee, "schema.describe", |guest| {
            Ok(guest.schema()?.call_describe(&mut *guest.store)?)
        })
        .await?;
        description.collections = all(said, collection)?;
        unique("collection", description.collections.iter().map(|it| &it.name))?;
    }
    if has("vocabularies") {
        let said = ask(callee, "vocabularies.describe", |guest| {
            Ok(guest.vocabularies()?.call_describe(&mut *guest.store)?)
        })
        .await?;
        description.vocabularies = all(said, vocabulary)?;
        unique("vocabulary", description.vocabularies.iter().map(|it| &it.name))?;
    }
    if has("indexer") {
        let said = ask(callee, "indexer.describe", |guest| {
            Ok(guest.indexer()?.call_describe(&mut *guest.store)?)
        })
        .await?;
        description.indexes = all(said, index)?;
        unique("index", description.indexes.iter().map(|it| &it.collection))?;
    }
    if has("exporter") {
        let said = ask(callee, "exporter.describe", |guest| {
            Ok(guest.exporter()?.call_describe(&mut *guest.store)?)
        })
        .await?;
        description.formats = all(said, format)?;
        unique("format", description.formats.iter().map(|it| &it.id))?;
    }
    if has("task") {
        let said = ask(callee, "task.describe", |guest| {
            Ok(guest.task()?.call_describe(&mut *guest.store)?)
        })
        .await?;
        description.kinds = all(said, kind)?;
        unique("task", description.kinds.iter().map(|it| &it.name))?;
    }
    Ok(description)
}

async fn ask<T, F>(callee: &Callee, function: &'static str, work: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnOnce(&mut Guest<'_>) -> Result<T, Mishap> + Send + 'static,
{
    let answer = callee.call(Ask::new(function, 0, callee.limits.describe), work).await;
    // Descriptions cannot fail: what does is the plugin's `configure`.
    answer.map_err(|failure| match failure {
        PluginFailure::Fault(_) | PluginFailure::Busy => Refusal(failure.to_string()),
        _ => Refusal(format!("does not take its settings: {failure}")),
    })
}

fn all<T, U>(said: Vec<T>, check: impl Fn(T) -> Result<U, Refusal>) -> Result<Vec<U>, Refusal> {
    said.into_iter().map(check).collect()
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Refusal(format!("describes the {what} `{name}` twice")));
        }
    }
    Ok(())
}

fn name(descriptor: &Descriptor) -> Result<PluginName, Refusal> {
    descriptor
        .name
        .parse()
        .map_err(|error| Refusal(format!("has a name that cannot be used: {error}")))
}

fn version(descriptor: &Descriptor) -> Result<String, Refusal> {
    match semver::Version::parse(&descriptor.version) {
        Ok(_) => Ok(descriptor.version.clone()),
        Err(error) => Err(Refusal(format!(
            "has the version {:?}, which is not a semantic version ({error}): 1.0.0 is one",
            descriptor.version
        ))),
    }
}

fn collection(said: schema::Collection) -> Result<CollectionDescription, Refusal> {
    let part = |field: &str| format!("the {field} of the collection `{}`", said.name);
    valid_name(&said.name, "collection")?;
    at_least_one(said.version, &part("version"))?;
    if let Some(older) = said.migrates_from.iter().find(|older| **older >= said.version) {
        return Err(Refusal(format!(
            "describes the collection `{}` in version {}, which cannot migrate from {older}",
            said.name, said.version
        )));
    }
    Ok(CollectionDescription {
        json_schema: object(&said.json_schema, &part("JSON Schema"))?,
        search: object(&said.search, &part("search"))?,
        form: said.form.as_deref().map(|form| json(form, &part("form"))).transpose()?,
        name: said.name,
        version: said.version,
        migrates_from: said.migrates_from,
        checks: said.checks,
    })
}

fn vocabulary(said: vocabularies::Vocabulary) -> Result<VocabularyDescription, Refusal> {
    path_segment(&said.name, "vocabulary")?;
    Ok(VocabularyDescription { name: said.name, title: said.title, entries: said.entries })
}

fn index(said: indexer::Index) -> Result<IndexDescription, Refusal> {
    let part = |field: &str| format!("the {field} of the index of `{}`", said.collection);
    valid_name(&said.collection, "indexed collection")?;
    at_least_one(said.version, &part("version"))?;
    Ok(IndexDescription {
        mapping: object(&said.mapping, &part("mapping"))?,
        collection: said.collection,
        version: said.version,
    })
}

fn format(said: exporter::Format) -> Result<Format, Refusal> {
    path_segment(&said.id, "format")?;
    if !said.media_type.contains('/') {
        return Err(Refusal(format!(
            "describes the format `{}` with the media type {:?}, which is none: text/csv is one",
            said.id, said.media_type
        )));
    }
    Ok(Format {
        id: said.id,
        media_type: said.media_type,
        extension: said.extension,
        collections: said.collections,
        list: said.list,
    })
}

fn kind(said: task::Kind) -> Result<TaskKind, Refusal> {
    let part = |field: &str| format!("the {field} of the task `{}`", said.name);
    path_segment(&said.name, "task")?;
    at_least_one(said.max_attempts, &part("max-attempts"))?;
    at_least_one(said.timeout_ms, &part("timeout-ms"))?;
    Ok(TaskKind {
        payload_schema: json(&said.payload_schema, &part("payload schema"))?,
        name: said.name,
        summary: said.summary,
        queue: said.queue,
        max_attempts: said.max_attempts,
        timeout: Duration::from_millis(said.timeout_ms.into()),
        idempotent: said.idempotent,
        schedule: said.schedule,
    })
}

fn valid_name(name: &str, what: &str) -> Result<(), Refusal> {
    match name.parse::<CollectionName>() {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(Refusal(format!("describes a {what} with a name that cannot be used: {error}")))
        }
    }
}

fn path_segment(name: &str, what: &str) -> Result<(), Refusal> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    if (1..=64).contains(&name.len()) && name.bytes().all(fits) {
        Ok(())
    } else {
        Err(Refusal(format!(
            "describes a {what} named {name:?}, which cannot stand in a path: use 1 to 64 letters, digits, `-`, `_`, `.` and `:`"
        )))
    }
}

fn at_least_one(number: u32, part: &str) -> Result<(), Refusal> {
    if number > 0 { Ok(()) } else { Err(Refusal(format!("describes {part} as 0: it starts at 1"))) }
}

fn json(text: &str, part: &str) -> Result<Value, Refusal> {
    serde_json::from_str(text)
        .map_err(|error| Refusal(format!("describes {part} with text that is not JSON: {error}")))
}

fn object(text: &str, part: &str) -> Result<Value, Refusal> {
    let value = json(text, part)?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Refusal(format!("describes {part} with JSON that is not an object")))
    }
}
