//! A folder of letters, <https://cr.yp.to/proto/maildir.html>: where no mail server is named, they are
//! kept there, and any mail program shows them.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use repono_service::ports::{Clock, Mail, Mailer};
use repono_service::{Error, Result};

use crate::letter::Writer;

/// Letters in a folder.
pub struct Maildir {
    folder: Arc<maildir::Maildir>,
    writer: Writer,
    clock: Arc<dyn Clock>,
}

impl Maildir {
    /// In this folder, which is made with the first letter.
    ///
    /// # Errors
    /// `Invalid`: `from` is no sender.
    pub fn in_folder(folder: &Path, from: &str, clock: Arc<dyn Clock>) -> Result<Self> {
        let folder = Arc::new(maildir::Maildir::from(folder.to_owned()));
        Ok(Self { folder, writer: Writer::of(from)?, clock })
    }
}

#[async_trait]
impl Mailer for Maildir {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let letter = self.writer.write(mail, &*self.clock)?.formatted();
        let folder = Arc::clone(&self.folder);
        let kept = tokio::task::spawn_blocking(move || keep(&folder, &letter)).await;
        kept.map_err(|error| Error::internal("a letter was not kept", error))?
    }
}

/// On the disk when it answers, its name too.
fn keep(folder: &maildir::Maildir, letter: &[u8]) -> Result<()> {
    let unavailable = |error: std::io::Error| Error::unavailable("mail", error);
    folder.create_dirs().map_err(unavailable)?;
    folder.store_new(letter).map_err(|error| Error::unavailable("mail", error))?;
    let new = folder.path().join("new");
    File::open(new).and_then(|new| new.sync_all()).map_err(unavailable)
}
