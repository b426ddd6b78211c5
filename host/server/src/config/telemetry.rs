//! `[telemetry]`

use serde::{Deserialize, Serialize};

use super::SecretUrl;

/// Where traces are sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml says what each means")]
pub struct TelemetrySection {
    pub otlp: SecretUrl,
    pub service_name: String,
    pub ratio: f64,
}
