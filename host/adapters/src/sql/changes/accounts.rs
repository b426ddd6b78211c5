//! Users and tokens.

use jiff::Timestamp;
use repono_domain::{Digest, Token, User};
use repono_service::Result;

use crate::sql::preconditions::Precondition;
use crate::sql::script::{Mark, Script};
use crate::sql::statement::Value;

pub(super) fn insert_user(script: &mut Script, user: &User) {
    script
        .step(
            "insert into users (email, email_key, admin, blocked, created) values (?, ?, ?, ?, ?)",
        )
        .bind(user.email.as_str())
        .bind(user.email.to_lowercase())
        .bind(user.admin)
        .bind(user.blocked)
        .bind(user.created.as_microsecond())
        .mark(Mark::Account)
        .unless_refused(Precondition::FreeEmail);
}

pub(super) fn insert_token(script: &mut Script, token: &Token, hash: &[u8; 32]) -> Result<()> {
    script
        .step("insert into tokens (owner, name, scopes, hash, created, expires) values (?, ?, ?, ?, ?, ?)")
        .bind(token.user.0)
        .bind(token.name.as_str())
        .bind(Value::json(&token.scopes)?)
        .bind(Digest::from_sha256(*hash).as_str())
        .bind(token.created.as_microsecond())
        .bind(token.expires.map(Timestamp::as_microsecond))
        .mark(Mark::Account)
        .unless_refused(Precondition::NewToken);
    Ok(())
}

pub(super) fn revoke_token(script: &mut Script, id: i64) {
    script.step("delete from tokens where id = ?").bind(id);
}
