//! Which of our indices are in the cluster, and what each says of itself.

use std::collections::HashMap;

use repono_service::ports::IndexName;
use repono_service::{Error, Result};
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::client::{Client, Content};
use super::layout::{Meta, Names, Owner};
use crate::search::not_found;

/// What an index says of itself.
pub(super) async fn meta(client: &Client, names: &Names, index: &IndexName) -> Result<Meta> {
    let called = names.of(index).ok_or_else(|| not_found(index))?;
    let path = format!("{called}/_mapping?filter_path=*.mappings._meta.repono");
    let answer = client.send(&Method::GET, &path, Content::Nothing).await?;
    if answer.status == StatusCode::NOT_FOUND {
        return Err(not_found(index));
    }
    if !answer.status.is_success() {
        return Err(answer.trouble().into());
    }
    let found: HashMap<String, Mapped<Meta>> = answer.read()?;
    let meta = found.into_values().find_map(Mapped::of_ours);
    meta.filter(|meta| names.is_ours(&meta.owner)).ok_or_else(|| {
        Error::Conflict(format!(
            "the cluster's index {called} was not made by this server: choose another prefix"
        ))
    })
}

/// The indices that are ours, by name.
pub(super) async fn indices(client: &Client, names: &Names) -> Result<Vec<IndexName>> {
    let path = format!(
        "{}/_mapping?filter_path=*.mappings._meta.repono.prefix,*.mappings._meta.repono.name",
        names.pattern()
    );
    let found: HashMap<String, Mapped<Owner>> =
        client.ask(&Method::GET, &path, Content::Nothing).await?;
    let owners = found.into_values().filter_map(Mapped::of_ours);
    let mut indices: Vec<_> =
        owners.filter(|owner| names.is_ours(owner)).map(|owner| owner.name).collect();
    indices.sort();
    Ok(indices)
}

/// An index of the cluster's. One that is not ours has another `_meta`, or none.
#[derive(Deserialize)]
struct Mapped<T> {
    mappings: Option<Mappings<T>>,
}

#[derive(Deserialize)]
struct Mappings<T> {
    #[serde(rename = "_meta")]
    meta: Option<OfOurs<T>>,
}

#[derive(Deserialize)]
struct OfOurs<T> {
    repono: Option<T>,
}

impl<T> Mapped<T> {
    fn of_ours(self) -> Option<T> {
        self.mappings?.meta?.repono
    }
}
