//! Users and their tokens.

use async_trait::async_trait;
use repono_domain::{Token, User, UserId};

use crate::Result;

/// Reads accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The user with this number.
    async fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The user with this e-mail address, whatever its case.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>>;

    /// All users, by number.
    async fn users(&self) -> Result<Vec<User>>;

    /// The token whose secret has this SHA-256, expired or not, and its user.
    async fn token(&self, hash: &[u8; 32]) -> Result<Option<(Token, User)>>;

    /// All tokens, or one user's, by number.
    async fn tokens(&self, user: Option<UserId>) -> Result<Vec<Token>>;
}
