//! How often things are measured.

use crate::report::say;

/// Rounds of every measurement, after one that only warms up.
pub(crate) const ROUNDS: u32 = 3;

/// Runs one round to warm up, and answers what the others measured.
pub(crate) async fn rounds<T>(
    name: &str,
    mut round: impl AsyncFnMut() -> anyhow::Result<T>,
) -> anyhow::Result<Vec<T>> {
    say(&format!("{name}: warming up"));
    round().await?;
    let mut measured = Vec::new();
    for number in 1..=ROUNDS {
        say(&format!("{name}: round {number} of {ROUNDS}"));
        measured.push(round().await?);
    }
    Ok(measured)
}
