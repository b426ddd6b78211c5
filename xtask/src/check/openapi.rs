//! The `OpenAPI` document is a snapshot: whoever changes the API sees and accepts what changes.

use crate::process::{cargo, run};

pub(super) fn check() -> anyhow::Result<()> {
    run(cargo().args(["test", "--quiet", "--package", "repono-api", "--lib", "openapi"]))
}
