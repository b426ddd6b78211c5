//! Whom letters are given to and what they are written from, as the configuration names it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use repono_adapters::maildir::Maildir;
use repono_adapters::smtp::{Smtp, SmtpOptions};
use repono_service::mail::Templates;
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

/// A template may be so long, in bytes.
const LONGEST: u64 = 256 << 10;

/// What letters are written from. What cannot be used is told in the log, and again with each letter that
/// needs it.
pub(in crate::app) fn templates(section: &MailSection) -> anyhow::Result<Templates> {
    let own = if section.templates.as_os_str().is_empty() {
        BTreeMap::new()
    } else {
        read(&section.templates).with_context(|| {
            format!("mail.templates, {}, cannot be read", section.templates.display())
        })?
    };
    let templates = Templates::new(&section.language, own);
    for problem in templates.problems() {
        tracing::warn!("{problem}");
    }
    Ok(templates)
}

fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let metadata = fs::metadata(entry.path())?;
        // What editors and version control keep there is nobody's letter.
        if !metadata.is_file() || name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        ensure!(metadata.len() <= LONGEST, "{name} is longer than {LONGEST} bytes");
        let text = fs::read_to_string(entry.path()).with_context(|| name.clone())?;
        texts.insert(name, text);
    }
    Ok(texts)
}
