//! Reads vocabularies.

use async_trait::async_trait;
use repono_service::Result;
use repono_service::ports::{Term, Vocabularies};

use super::rows::At;
use super::{Sqlite, error};

#[async_trait]
impl Vocabularies for Sqlite {
    async fn vocabularies(&self) -> Result<Vec<(String, u64)>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select vocabulary, count(*) from terms group by vocabulary order by vocabulary",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        let read = |(vocabulary, count): (String, i64)| {
            let count = At { table: "terms", row: &vocabulary }.number("id", count)?;
            Ok((vocabulary, count))
        };
        rows.into_iter().map(read).collect()
    }

    async fn terms(&self, vocabulary: &str) -> Result<Vec<Term>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select id, json from terms where vocabulary = ? order by plugin, place",
        )
        .bind(vocabulary)
        .fetch_all(&self.readers)
        .await
        .map_err(error::read)?;
        Ok(rows.into_iter().map(|(id, json)| Term { id, json }).collect())
    }
}
