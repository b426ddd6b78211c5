//! Users and their tokens.

mod authenticate;
mod create_token;
mod create_user;
mod list;
mod revoke_token;

pub use authenticate::authenticate;
pub use create_token::{NewToken, create_token};
pub use create_user::create_user;
pub use list::{tokens, user, user_by_email, users};
pub use revoke_token::revoke_token;
