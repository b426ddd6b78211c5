//! The contracts, and what is particular to SQLite.

mod contracts;
mod durability;
mod folder;
mod throughput;

use std::path::Path;
use std::sync::Arc;

use repono_service::ports::contract::HeldClock;

use super::Sqlite;

async fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, Arc::new(HeldClock::new())).await.unwrap()
}
