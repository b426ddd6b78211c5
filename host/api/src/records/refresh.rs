//! `refresh`: whether an answer waits until what it says can be found.

use repono_service::records::Refresh;

use crate::error::Failure;
use crate::extract::Params;

/// What the client wants, else `otherwise`.
pub(super) fn refresh(params: &Params, otherwise: Refresh) -> Result<Refresh, Failure> {
    match params.text("refresh") {
        None => Ok(otherwise),
        Some("wait_for" | "true" | "True" | "1" | "") => Ok(Refresh::WaitFor),
        Some("false" | "False" | "0") => Ok(Refresh::Soon),
        Some(_) => {
            Err(Failure::Field("refresh", "Must be one of: wait_for, true, false.".to_owned()))
        }
    }
}
