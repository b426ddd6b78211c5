//! Receivers of webhooks, as the configuration lets them be.

use std::sync::Arc;

use repono_adapters::receivers::{HttpReceivers, ReceiverOptions};
use repono_service::ports::Receivers;

use crate::config::WebhooksSection;

pub(super) fn open(section: &WebhooksSection) -> anyhow::Result<Arc<dyn Receivers>> {
    let options = ReceiverOptions {
        trusted: section.trusted_hosts.clone(),
        timeout: section.timeout(),
        certificates: Some(section.certificates.clone())
            .filter(|certificates| !certificates.as_os_str().is_empty()),
    };
    Ok(Arc::new(HttpReceivers::new(&options)?))
}
