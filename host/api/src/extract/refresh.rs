//! `refresh`: whether an answer waits until what it says can be found.

use axum::extract::FromRequestParts;
use http::request::Parts;
use repono_service::records::Refresh;
use utoipa::IntoParams;

use super::Params;
use crate::error::Failure;
use crate::options::App;

/// What the client wants, if it says so.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefreshQuery {
    /// `wait_for`: answer when what is said can be found; `false`: answer when it is stored. If left out:
    /// for drafts and imports `false`, else as the operator decided for the collection.
    #[param(value_type = Option<String>, example = "wait_for")]
    pub refresh: Option<Refresh>,
}

impl FromRequestParts<App> for RefreshQuery {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Ok(params) = Params::from_request_parts(parts, app).await;
        let refresh = match params.text("refresh") {
            None => None,
            Some("wait_for" | "true" | "True" | "1" | "") => Some(Refresh::WaitFor),
            Some("false" | "False" | "0") => Some(Refresh::Soon),
            Some(_) => {
                let expected = "Must be one of: wait_for, true, false.".to_owned();
                return Err(Failure::Field("refresh", expected));
            }
        };
        Ok(Self { refresh })
    }
}
