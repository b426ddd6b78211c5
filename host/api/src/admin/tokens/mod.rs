//! Tokens.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use repono_domain::Token;
use repono_service::records::time;
use serde_json::{Value, json};

fn shown(token: &Token) -> Value {
    json!({
        "id": token.id.to_string(),
        "user": token.user.to_string(),
        "name": token.name,
        "scopes": token.scopes,
        "created": time(token.created),
        "expires": token.expires.map(time),
    })
}
