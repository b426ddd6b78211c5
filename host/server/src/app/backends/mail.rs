//! Whom letters are given to, as the configuration names it.

use std::path::Path;
use std::sync::Arc;

use repono_adapters::maildir::Maildir;
use repono_adapters::smtp::{Smtp, SmtpOptions};
use repono_service::ports::{Clock, Mailer};

use crate::config::MailSection;

/// Folder within the data folder.
const FOLDER: &str = "mail";

pub(super) fn open(
    folder: &Path,
    section: &MailSection,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Arc<dyn Mailer>> {
    let (url, clock) = (section.url.with_password_of(&section.password_file)?, Arc::clone(clock));
    if url.is_empty() {
        return Ok(Arc::new(Maildir::in_folder(&folder.join(FOLDER), &section.from, clock)?));
    }
    let options = SmtpOptions {
        from: section.from.clone(),
        timeout: section.timeout(),
        certificates: Some(section.certificates.clone())
            .filter(|certificates| !certificates.as_os_str().is_empty()),
    };
    Ok(Arc::new(Smtp::open(&url, &options, clock)?))
}
