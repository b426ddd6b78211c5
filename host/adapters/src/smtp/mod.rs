//! Letters by way of a mail server (RFC 5321), which queues and delivers them.
//!
//! A server that does not take one now (4xx, or no answer) may be asked again; one that says it never
//! will (5xx) is believed.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use percent_encoding::percent_decode_str;
use repono_service::ports::{Clock, Mail, Mailer};
use repono_service::{Error, Result};
use url::Url;

use crate::letter::Writer;

/// Letters are few, and each waits for the server's disk.
const CONNECTIONS: u32 = 4;

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    writer: Writer,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

/// How a mail server is spoken to.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// Whose letters they are: an address, or a name and an address.
    pub from: String,
    /// How long it may take to hand a letter over.
    pub timeout: Duration,
    /// PEM file of certificates that are trusted beside the system's.
    pub certificates: Option<std::path::PathBuf>,
}

impl Smtp {
    /// `smtps://[user:password@]host[:port]` with TLS from the beginning, `smtp://…` with TLS as soon as
    /// it is greeted (STARTTLS), which it must offer; `smtp://…?tls=none` in the clear, and then
    /// without a password. The certificate must be one that the system or the options trust.
    ///
    /// Fails only if the address or the options cannot be read: the server itself may come later.
    pub fn open(url: &str, options: &SmtpOptions, clock: Arc<dyn Clock>) -> Result<Self> {
        let wrong = |why: &str| Error::Invalid(format!("the URL of the mail server {why}"));
        // Never with the URL: it may hold a password.
        let url = Url::parse(url).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let host = url.host_str().ok_or_else(|| wrong("names no host"))?.to_owned();
        let clear = match url.query() {
            None => false,
            Some("tls=none") => true,
            Some(_) => return Err(wrong("asks for something other than tls=none")),
        };
        let credentials = credentials(&url)?;
        let (tls, port) = match (url.scheme(), clear) {
            ("smtps", false) => (Tls::Wrapper(trusting(&host, options)?), 465),
            ("smtp", false) => (Tls::Required(trusting(&host, options)?), 587),
            ("smtp", true) if credentials.is_some() => {
                return Err(wrong("would send its password in the clear: use TLS, or no password"));
            }
            ("smtp", true) => (Tls::None, 25),
            _ => return Err(wrong("begins with neither smtp:// nor smtps://")),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(url.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(options.timeout))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        let (transport, writer) = (builder.build(), Writer::of(&options.from)?);
        Ok(Self { transport, writer, clock, timeout: options.timeout })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let letter = self.writer.write(mail, &*self.clock)?;
        let Ok(sent) = tokio::time::timeout(self.timeout, self.transport.send(letter)).await else {
            let seconds = self.timeout.as_secs_f64();
            return Err(Error::unavailable("mail", format!("no answer within {seconds} s")));
        };
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => {
                Err(Error::Invalid(format!("the mail server does not take it: {error}")))
            }
            Err(error) => Err(Error::unavailable("mail", error)),
        }
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(std::borrow::Cow::into_owned).map_err(|_| {
            Error::Invalid("the user or password of the mail server is not UTF-8".to_owned())
        })
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, password) => {
            Ok(Some(Credentials::new(decoded(user)?, decoded(password.unwrap_or_default())?)))
        }
    }
}

fn trusting(host: &str, options: &SmtpOptions) -> Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(file) = &options.certificates {
        for certificate in certificates(file)? {
            parameters = parameters.add_root_certificate(certificate);
        }
    }
    parameters.build().map_err(|error| Error::internal("no TLS to the mail server", error))
}

fn certificates(file: &Path) -> Result<Vec<Certificate>> {
    let wrong = |why: String| {
        Error::Invalid(format!("no certificates can be read from {}: {why}", file.display()))
    };
    crate::tls::read(file)?
        .into_iter()
        .map(|found| {
            Certificate::from_der(found.to_vec()).map_err(|error| wrong(error.to_string()))
        })
        .collect()
}
