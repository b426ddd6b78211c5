//! Where DOIs are registered, as the configuration names it.

use std::sync::Arc;

use repono_adapters::datacite::{DataCite, DataCiteOptions};
use repono_service::ports::RegistrationAgency;

use crate::config::DoiSection;

/// None: nowhere.
pub(super) fn open(section: &DoiSection) -> anyhow::Result<Option<Arc<dyn RegistrationAgency>>> {
    if section.url.is_empty() {
        return Ok(None);
    }
    let url = section.url.with_password_of(&section.password_file)?;
    let options = DataCiteOptions {
        timeout: section.timeout(),
        certificates: Some(section.certificates.clone())
            .filter(|certificates| !certificates.as_os_str().is_empty()),
    };
    Ok(Some(Arc::new(DataCite::open(&url, &options)?)))
}
