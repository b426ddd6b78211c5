//! What a plugin says of itself, asked once and checked: nothing later has to doubt it.

use std::collections::HashSet;
use std::time::Duration;

use repono_domain::{CollectionName, Digest, PluginName};
use repono_service::ports::{
    Backoff, CollectionDescription, Description, Format, IndexDescription, PluginFailure, Refusal,
    TaskKind, VocabularyDescription,
};
use serde::Deserialize;
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
    let timeout = Duration::from_millis(said.timeout_ms.into());
    let KindExt { soft_timeout_ms, retry_base_s, retry_most_s } = kind_ext(&said, &part)?;
    let backoff = Backoff::default();
    Ok(TaskKind {
        payload_schema: json(&said.payload_schema, &part("payload schema"))?,
        name: said.name,
        summary: said.summary,
        queue: said.queue,
        max_attempts: said.max_attempts,
        soft_timeout: soft_timeout_ms.map_or_else(
            || TaskKind::soft_timeout_of(timeout),
            |soft| Duration::from_millis(soft.into()),
        ),
        timeout,
        backoff: Backoff {
            base: retry_base_s.map_or(backoff.base, |base| Duration::from_secs(base.into())),
            most: retry_most_s.map_or(backoff.most, |most| Duration::from_secs(most.into())),
        },
        idempotent: said.idempotent,
        schedule: said.schedule,
    })
}

/// What the `ext` of a kind may hold beside what others read of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct KindExt {
    soft_timeout_ms: Option<u32>,
    retry_base_s: Option<u32>,
    retry_most_s: Option<u32>,
}

fn kind_ext(said: &task::Kind, part: &impl Fn(&str) -> String) -> Result<KindExt, Refusal> {
    let Some(ext) = &said.ext else { return Ok(KindExt::default()) };
    let ext = KindExt::deserialize(object(ext, &part("ext"))?)
        .map_err(|error| Refusal(format!("describes {} wrongly: {error}", part("ext"))))?;
    if ext.soft_timeout_ms.is_some_and(|soft| soft == 0 || soft > said.timeout_ms) {
        return Err(Refusal(format!(
            "describes {} with a soft_timeout_ms that is not between 1 and its timeout-ms",
            part("ext")
        )));
    }
    Ok(ext)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(ext: Option<&str>) -> task::Kind {
        task::Kind {
            name: "score".to_owned(),
            summary: String::new(),
            payload_schema: "{}".to_owned(),
            queue: String::new(),
            max_attempts: 3,
            timeout_ms: 60_000,
            idempotent: true,
            schedule: None,
            ext: ext.map(str::to_owned),
        }
    }

    #[test]
    fn a_kind_that_says_nothing_of_it_is_tried_again_as_others_are() {
        for ext in [None, Some("{}"), Some(r#"{"someone": "else's"}"#)] {
            let kind = kind(said(ext)).unwrap();

            assert_eq!(kind.backoff, Backoff::default());
            assert_eq!(kind.soft_timeout, Duration::from_secs(54));
            assert_eq!(kind.timeout, Duration::from_mins(1));
        }
    }

    #[test]
    fn a_kind_may_say_when_it_is_tried_again_and_asked_to_stop() {
        let ext = r#"{"soft_timeout_ms": 1500, "retry_base_s": 10, "retry_most_s": 300}"#;

        let kind = kind(said(Some(ext))).unwrap();

        let [base, most] = [10, 300].map(Duration::from_secs);
        assert_eq!(kind.backoff, Backoff { base, most });
        assert_eq!(kind.soft_timeout, Duration::from_millis(1500));
    }

    #[test]
    fn an_ext_that_cannot_be_meant_is_refused() {
        for (ext, why) in [
            ("[", "not JSON"),
            ("[]", "not an object"),
            (r#"{"retry_base_s": "long"}"#, "the ext of the task `score` wrongly"),
            (r#"{"retry_most_s": -1}"#, "the ext of the task `score` wrongly"),
            (r#"{"soft_timeout_ms": 0}"#, "soft_timeout_ms"),
            (r#"{"soft_timeout_ms": 60001}"#, "soft_timeout_ms"),
        ] {
            let Refusal(told) = kind(said(Some(ext))).unwrap_err();
            assert!(told.contains(why), "{ext}: {told}");
        }
    }
}
