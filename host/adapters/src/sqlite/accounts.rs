//! Reads accounts.

use async_trait::async_trait;
use repono_domain::{Digest, Token, User, UserId};
use repono_service::Result;
use repono_service::ports::Accounts;

use super::rows::At;
use super::{Sqlite, error};

#[async_trait]
impl Accounts for Sqlite {
    async fn user(&self, id: UserId) -> Result<Option<User>> {
        let row: Option<UserRow> = sqlx::query_as("select id as user_id, email, admin, blocked, created as user_created from users where id = ?")
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await
            .map_err(error::read)?;
        row.map(UserRow::read).transpose()
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let row: Option<UserRow> =
            sqlx::query_as("select id as user_id, email, admin, blocked, created as user_created from users where email_key = ?")
                .bind(email.to_lowercase())
                .fetch_optional(&self.readers)
                .await
                .map_err(error::read)?;
        row.map(UserRow::read).transpose()
    }

    async fn users(&self) -> Result<Vec<User>> {
        let rows: Vec<UserRow> = sqlx::query_as("select id as user_id, email, admin, blocked, created as user_created from users order by id")
            .fetch_all(&self.readers)
            .await
            .map_err(error::read)?;
        rows.into_iter().map(UserRow::read).collect()
    }

    async fn token(&self, hash: &[u8; 32]) -> Result<Option<(Token, User)>> {
        let row: Option<TokenAndUserRow> = sqlx::query_as(
            "select t.id, t.owner, t.name, t.scopes, t.created, t.expires, \
             u.id as user_id, u.email, u.admin, u.blocked, u.created as user_created \
             from tokens t join users u on u.id = t.owner where t.hash = ?",
        )
        .bind(Digest::from_sha256(*hash).as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(error::read)?;
        row.map(|row| Ok((row.token.read()?, row.user.read()?))).transpose()
    }

    async fn tokens(&self, user: Option<UserId>) -> Result<Vec<Token>> {
        let query = match user {
            Some(user) => sqlx::query_as("select id, owner, name, scopes, created, expires from tokens where owner = ? order by id").bind(user.0),
            None => sqlx::query_as("select id, owner, name, scopes, created, expires from tokens order by id"),
        };
        let rows: Vec<TokenRow> = query.fetch_all(&self.readers).await.map_err(error::read)?;
        rows.into_iter().map(TokenRow::read).collect()
    }
}

#[derive(sqlx::FromRow)]
struct UserRow {
    user_id: i64,
    email: String,
    admin: bool,
    blocked: bool,
    user_created: i64,
}

impl UserRow {
    fn read(self) -> Result<User> {
        let row = self.user_id.to_string();
        let at = At { table: "users", row: &row };
        Ok(User {
            id: UserId(self.user_id),
            email: self.email,
            admin: self.admin,
            blocked: self.blocked,
            created: at.time("created", self.user_created)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: i64,
    owner: i64,
    name: String,
    scopes: String,
    created: i64,
    expires: Option<i64>,
}

impl TokenRow {
    fn read(self) -> Result<Token> {
        let row = self.id.to_string();
        let at = At { table: "tokens", row: &row };
        Ok(Token {
            id: self.id,
            user: UserId(self.owner),
            name: self.name,
            scopes: at.json("scopes", &self.scopes)?,
            created: at.time("created", self.created)?,
            expires: self.expires.map(|expires| at.time("expires", expires)).transpose()?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct TokenAndUserRow {
    #[sqlx(flatten)]
    token: TokenRow,
    #[sqlx(flatten)]
    user: UserRow,
}
