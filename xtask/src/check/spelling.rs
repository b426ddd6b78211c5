//! Words.

use std::process::Command;

use crate::process::run;
use crate::setup::TYPOS;

pub(super) fn check() -> anyhow::Result<()> {
    run(Command::new(TYPOS.path()?).current_dir(crate::root()))
}
