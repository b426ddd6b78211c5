//! Reads accounts.

use async_trait::async_trait;
use repono_domain::{Digest, Token, User, UserId};
use repono_service::Result;
use repono_service::ports::Accounts;

use super::Sql;
use super::cells::{Cells, FromCells};
use super::engine::Engine;
use super::statement::Statement;

/// What is read of a [`User`], of `users u`.
macro_rules! user_columns {
    () => {
        "u.id, u.email, u.admin, u.blocked, u.created"
    };
}

/// What is read of a [`Token`], of `tokens t`.
macro_rules! token_columns {
    () => {
        "t.id, t.owner, t.name, t.scopes, t.created, t.expires"
    };
}

#[async_trait]
impl<E: Engine> Accounts for Sql<E> {
    async fn user(&self, id: UserId) -> Result<Option<User>> {
        let sql = concat!("select ", user_columns!(), " from users u where u.id = ?");
        self.engine.first(Statement::new(sql).bind(id.0)).await
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let sql = concat!("select ", user_columns!(), " from users u where u.email_key = ?");
        self.engine.first(Statement::new(sql).bind(email.to_lowercase())).await
    }

    async fn users(&self) -> Result<Vec<User>> {
        let sql = concat!("select ", user_columns!(), " from users u order by u.id");
        self.engine.all(Statement::new(sql)).await
    }

    async fn token(&self, hash: &[u8; 32]) -> Result<Option<(Token, User)>> {
        let sql = concat!(
            "select ",
            token_columns!(),
            ", ",
            user_columns!(),
            " from tokens t join users u on u.id = t.owner where t.hash = ?"
        );
        let hash = Digest::from_sha256(*hash);
        self.engine.first(Statement::new(sql).bind(hash.as_str())).await
    }

    async fn tokens(&self, user: Option<UserId>) -> Result<Vec<Token>> {
        let all = concat!("select ", token_columns!(), " from tokens t");
        let statement = match user {
            Some(user) => {
                Statement::new(format!("{all} where t.owner = ? order by t.id")).bind(user.0)
            }
            None => Statement::new(format!("{all} order by t.id")),
        };
        self.engine.all(statement).await
    }
}

impl FromCells for User {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let (id, at) = cells.number_key("users")?;
        Ok(Self {
            id: UserId(id),
            email: cells.text(&at, "email")?,
            admin: cells.flag(&at, "admin")?,
            blocked: cells.flag(&at, "blocked")?,
            created: cells.time(&at, "created")?,
        })
    }
}

impl FromCells for Token {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        let (id, at) = cells.number_key("tokens")?;
        Ok(Self {
            id,
            user: UserId(cells.number(&at, "owner")?),
            name: cells.text(&at, "name")?,
            scopes: cells.json(&at, "scopes")?,
            created: cells.time(&at, "created")?,
            expires: cells.time_if(&at, "expires")?,
        })
    }
}

impl FromCells for (Token, User) {
    fn read(cells: &mut Cells<'_>) -> Result<Self> {
        Ok((Token::read(cells)?, User::read(cells)?))
    }
}
