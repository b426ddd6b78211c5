//! A server that takes every mail and shows what it took: `mailsink.py`.

use super::{Place, Recipe, words};
use crate::services::probe;

pub(crate) struct Mailsink;

impl Mailsink {
    /// Where it takes mail, if it listens on `port`.
    pub(super) const fn smtp(port: u16) -> u16 {
        port + 1
    }
}

impl Recipe for Mailsink {
    fn packages(&self) -> &'static [&'static str] {
        &["python3", "python3-aiosmtpd"]
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        place.write("mailsink.py", include_str!("mailsink.py"))
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        Ok(words(["/usr/bin/python3", &place.path("mailsink.py"), &place.port.to_string()]))
    }

    /// Its mails come by this.
    fn version(&self, port: u16) -> anyhow::Result<String> {
        probe::page(port, "/")?;
        probe::ask(Self::smtp(port), b"", |greeting| {
            let greeting = std::str::from_utf8(greeting).ok()?.strip_suffix("\r\n")?;
            greeting.strip_prefix("220 ")?.split_whitespace().last().map(str::to_owned)
        })
    }

    fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }
}
