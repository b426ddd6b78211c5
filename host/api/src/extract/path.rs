//! What a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use repono_domain::{CollectionName, PluginName, RecordId};
use repono_service::Error;
use utoipa::IntoParams;

use crate::error::Failure;
use crate::options::App;

/// `/api/{collection}…`
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CollectionPath {
    /// A collection.
    #[param(value_type = String, example = "records")]
    pub collection: CollectionName,
}

/// `/api/{collection}/{id}…`
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RecordPath {
    /// A collection.
    #[param(value_type = String, example = "records")]
    pub collection: CollectionName,
    /// A record's public id.
    #[param(value_type = String, example = "akd9f-9vg25")]
    pub id: RecordId,
}

/// `/api/{collection}/{id}/draft/pids/{scheme}`
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PidPath {
    /// A collection.
    #[param(value_type = String, example = "records")]
    pub collection: CollectionName,
    /// A draft's public id.
    #[param(value_type = String, example = "akd9f-9vg25")]
    pub id: RecordId,
    /// A kind of identifiers.
    #[param(example = "doi")]
    pub scheme: String,
}

/// `/api/admin/dois/{id}…`
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IdPath {
    /// The public id of a version or a work.
    #[param(value_type = String, example = "akd9f-9vg25")]
    pub id: RecordId,
}

/// `/api/admin/plugins/{name}…`
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct NamePath {
    /// A plugin.
    #[param(value_type = String, example = "datacite")]
    pub name: PluginName,
}

impl FromRequestParts<App> for CollectionPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let params = raw(parts, app).await?;
        Ok(Self { collection: parse(&params, "collection", Failure::NoSuchUrl)? })
    }
}

impl FromRequestParts<App> for RecordPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let params = raw(parts, app).await?;
        let unknown = Error::unknown_pid();
        Ok(Self {
            collection: parse(&params, "collection", Failure::NoSuchUrl)?,
            id: parse(&params, "id", unknown.into())?,
        })
    }
}

impl FromRequestParts<App> for PidPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let RecordPath { collection, id } = RecordPath::from_request_parts(parts, app).await?;
        let params = raw(parts, app).await?;
        Ok(Self { collection, id, scheme: parse(&params, "scheme", Failure::NoSuchUrl)? })
    }
}

impl FromRequestParts<App> for IdPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let params = raw(parts, app).await?;
        Ok(Self { id: parse(&params, "id", Error::unknown_pid().into())? })
    }
}

impl FromRequestParts<App> for NamePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let params = raw(parts, app).await?;
        let unknown = Error::NotFound("There is no plugin of this name.".to_owned());
        Ok(Self { name: parse(&params, "name", unknown.into())? })
    }
}

async fn raw(parts: &mut Parts, app: &App) -> Result<RawPathParams, Failure> {
    RawPathParams::from_request_parts(parts, app).await.map_err(|_| Failure::NoSuchUrl)
}

fn parse<T: std::str::FromStr>(
    params: &RawPathParams,
    name: &str,
    otherwise: Failure,
) -> Result<T, Failure> {
    let value = params.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    value.and_then(|value| value.parse().ok()).ok_or(otherwise)
}
