//! Traces, if the operator wants them.

use anyhow::Context as _;
use repono_adapters::otlp::{Telemetry, TelemetryOptions};
use repono_adapters::system::RandomIds;
use repono_service::ports::Ids as _;

use crate::config::TelemetrySection;

/// Begins to send traces; nothing if none are wanted. Within a Tokio runtime.
pub(crate) fn start(section: &TelemetrySection) -> anyhow::Result<Option<Telemetry>> {
    if section.otlp.is_empty() {
        return Ok(None);
    }
    let TelemetrySection { otlp, service_name, ratio } = section;
    if !(0.0..=1.0).contains(ratio) {
        anyhow::bail!("the setting telemetry.ratio is {ratio}: it is a part, from 0 to 1");
    }
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let options = TelemetryOptions {
        collector: url::Url::parse(otlp.reveal())
            .context("the setting telemetry.otlp is no URL such as http://127.0.0.1:4318")?,
        ratio: *ratio,
        resource: vec![
            ("service.name", service_name.clone()),
            ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
            ("service.instance.id", RandomIds.task().0),
            ("host.name", host),
        ],
    };
    let telemetry = Telemetry::start(&options).context("the setting telemetry.otlp is wrong")?;
    Ok(Some(telemetry))
}
