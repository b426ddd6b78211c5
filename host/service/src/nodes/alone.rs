//! Being the only one who changes what is in force, of all nodes.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::OwnedMutexGuard;

use super::ACTIVATION;
use crate::{Context, Error, Result, Services};

/// How long others wait for a node that has fallen silent while it changed something.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
const RENEWED: Duration = Duration::from_secs(10);
/// How long others on this node are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// While this lives, no other node changes what is in force.
#[must_use]
pub(crate) struct Alone {
    services: Arc<Services>,
    /// None: there is nobody to keep away.
    renewal: Option<tokio::task::AbortHandle>,
    /// Given back when the duty is, so that who comes next on this node does not lose it by that.
    here: Option<OwnedMutexGuard<()>>,
}

/// Waits for others on this node, and refuses while another node is at it. On a database of its own
/// there is no other.
pub(crate) async fn alone(ctx: &Context) -> Result<Alone> {
    let here = tokio::time::timeout(PATIENCE, Arc::clone(&ctx.activation).lock_owned()).await;
    let here = here.map_err(|_| {
        Error::Conflict(
            "This node is changing what is in force, or building an index: try again when it is done."
                .to_owned(),
        )
    })?;
    if !ctx.settings.shared {
        return Ok(Alone { services: Arc::clone(&ctx.services), renewal: None, here: Some(here) });
    }
    if !ctx.database.lead(ACTIVATION, &ctx.node.id, LEASE).await? {
        return Err(Error::Conflict(
            "Another node is changing what is in force at this moment: try again when it is done."
                .to_owned(),
        ));
    }
    let services = Arc::clone(&ctx.services);
    let renewal = tokio::spawn(async move {
        loop {
            tokio::time::sleep(RENEWED).await;
            match services.database.lead(ACTIVATION, &services.node.id, LEASE).await {
                Ok(true) => {}
                Ok(false) => tracing::error!(
                    "another node took over the duty to change what is in force, as this one was silent for too long"
                ),
                Err(error) => {
                    tracing::warn!(error = %error, "the duty to change what is in force could not be kept");
                }
            }
        }
    });
    let services = Arc::clone(&ctx.services);
    Ok(Alone { services, renewal: Some(renewal.abort_handle()), here: Some(here) })
}

impl Drop for Alone {
    fn drop(&mut self) {
        let Some(renewal) = self.renewal.take() else { return };
        renewal.abort();
        let (services, here) = (Arc::clone(&self.services), self.here.take());
        // Unless it is freed here, it is when its lease is over.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let resigned = services.database.resign(ACTIVATION, &services.node.id).await;
                if let Err(error) = resigned {
                    tracing::warn!(error = %error, "the duty to change what is in force is freed when its lease is over");
                }
                drop(here);
            });
        }
    }
}
