//! Letters to people.

use async_trait::async_trait;

use crate::Result;

/// A letter to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Names it: letters, digits, `.` and `-`. Sent again, it carries the same `Message-ID`, so that
    /// who receives it twice can tell.
    pub id: String,
    /// The e-mail address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// For everybody.
    pub text: String,
    /// The same for those who like it better: a whole HTML document.
    pub html: Option<String>,
}

/// Hands letters over to whoever delivers them.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// The letter is with the mail server, or in its folder, when this answers. An address may turn
    /// out wrong later: a mail server tells that to the sender's address.
    ///
    /// # Errors
    /// `Unavailable`: it was not taken now and may be later. `Invalid`: it will never be taken, with
    /// what the mail server said.
    async fn send(&self, mail: &Mail) -> Result<()>;
}
