//! Accounts.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod mail;

use repono_domain::User;
use repono_service::records::time;
use serde_json::{Value, json};

fn shown(user: &User) -> Value {
    json!({
        "id": user.id.to_string(),
        "email": user.email,
        "admin": user.admin,
        "blocked": user.blocked,
        "created": time(user.created),
    })
}
