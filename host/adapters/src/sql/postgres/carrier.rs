//! Carries word of new tasks between processes, with `notify` and `listen`.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use crate::sql::bell::Sound;

/// Of a database, as all channels are.
const CHANNEL: &str = "repono_tasks";

/// Between attempts to connect. Meanwhile those who wait look by themselves.
const PAUSE: Duration = Duration::from_secs(5);

/// Carries until it is aborted, on a connection of its own.
pub(super) async fn carry(options: PgConnectOptions, sound: Arc<Sound>) {
    loop {
        if let Err(error) = carry_once(&options, &sound).await {
            tracing::debug!(error = %error, "new tasks are not told to other processes at once");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Until either fails.
async fn carry_once(options: &PgConnectOptions, sound: &Sound) -> Result<(), sqlx::Error> {
    // Two, as one only listens.
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options.clone());
    tokio::try_join!(listen(&pool, sound), tell(&pool, sound)).map(|((), ())| ())
}

async fn listen(pool: &PgPool, sound: &Sound) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // What was rung before, or while there was no connection, nobody heard.
        sound.hear();
        listener.try_recv().await?;
    }
}

async fn tell(pool: &PgPool, sound: &Sound) -> Result<(), sqlx::Error> {
    loop {
        sound.to_be_carried().await;
        sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(pool).await?;
    }
}
