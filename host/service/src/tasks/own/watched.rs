//! Long work on an index, as a task.

use std::time::Duration;

use tokio::sync::watch;

use crate::Result;
use crate::indexing::Progress;
use crate::ports::TaskHost;

/// How often it says how far it is, and looks whether it should stop.
const LOOK: Duration = Duration::from_secs(2);

/// Does `work`, which is given something to tell its progress to. None: it was asked to stop, and was
/// broken off.
pub(super) async fn watched<T, F>(
    host: &dyn TaskHost,
    work: impl FnOnce(Box<dyn FnMut(Progress) + Send>) -> F,
) -> Result<Option<T>>
where
    F: Future<Output = Result<T>>,
{
    let (tell, told) = watch::channel(Progress::default());
    let work = work(Box::new(move |progress| {
        tell.send_replace(progress);
    }));
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done.map(Some),
            () = tokio::time::sleep(LOOK) => {
                let Progress { done, total, .. } = *told.borrow();
                host.progress(done, Some(total), String::new()).await;
                if host.is_cancelled().await {
                    return Ok(None);
                }
            }
        }
    }
}
