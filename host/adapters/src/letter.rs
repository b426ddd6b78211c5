//! A letter as mail servers and folders take it (RFC 5322).

use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use repono_service::ports::{Clock, Mail};
use repono_service::{Error, Result};

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Writes letters in somebody's name.
pub(crate) struct Writer {
    from: Mailbox,
}

impl Writer {
    /// `from` is an address, or a name and an address: `Repono <repono@example.org>`.
    pub(crate) fn of(from: &str) -> Result<Self> {
        let wrong = |error| Error::Invalid(format!("{from:?} is no sender of mail: {error}"));
        Ok(Self { from: from.parse().map_err(wrong)? })
    }

    pub(crate) fn write(&self, mail: &Mail, clock: &dyn Clock) -> Result<Message> {
        let wrong =
            |error| Error::Invalid(format!("{:?} is not an e-mail address: {error}", mail.to));
        let to: Address = mail.to.parse().map_err(wrong)?;
        // A line break would be encoded, and shown by some programs.
        let subject = mail.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(SystemTime::from(clock.now()))
            // RFC 3834: nobody's absence note is to answer it.
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())));
        let written = match &mail.html {
            Some(html) => message
                .multipart(MultiPart::alternative_plain_html(mail.text.clone(), html.clone())),
            None => message.singlepart(
                SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text.clone()),
            ),
        };
        written.map_err(|error| Error::internal("a letter cannot be written", error))
    }
}
