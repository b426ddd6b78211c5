//! `repono openapi`

use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono openapi > openapi.json";

/// Prints the OpenAPI document of the API
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args;

pub(super) fn run(_args: &Args) -> anyhow::Result<()> {
    Ok(output::json(&serde_json::to_value(repono_api::openapi())?)?)
}
