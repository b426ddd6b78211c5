//! What the person at the terminal reads.

use std::time::Duration;

/// Says how things are going.
#[expect(clippy::print_stderr, reason = "the person at the terminal waits")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// Writes a line of the result.
#[expect(clippy::print_stdout, reason = "it is what was asked for")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}

/// As people say it: `8.2 s`, `3 min 20 s`.
pub(crate) fn spoken(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::spoken;

    #[test]
    fn minutes_are_told_from_seconds() {
        assert_eq!(spoken(Duration::from_millis(8_240)), "8.2 s");
        assert_eq!(spoken(Duration::from_secs(200)), "3 min 20 s");
    }
}
