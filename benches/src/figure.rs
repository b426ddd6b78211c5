//! What several rounds measured of one thing.

use std::time::Duration;

/// The median of some rounds, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    lowest: f64,
    pub(crate) median: f64,
    highest: f64,
}

impl Figure {
    pub(crate) fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let mut measured: Vec<f64> = measured.into_iter().collect();
        measured.sort_by(f64::total_cmp);
        let at = |place: usize| measured.get(place).copied().unwrap_or(f64::NAN);
        let last = measured.len().saturating_sub(1);
        Self { lowest: at(0), median: at(last / 2), highest: at(last) }
    }

    /// `2,310/s (2,250–2,345)`.
    pub(crate) fn per_second(self) -> String {
        self.shown(grouped, "/s")
    }

    /// `41 % (39–43)`.
    pub(crate) fn percent(self) -> String {
        self.shown(|value| format!("{:.0}", value * 100.0), " %")
    }

    /// `3.12 × (3.05–3.20)`.
    pub(crate) fn times(self) -> String {
        self.shown(|value| format!("{value:.2}"), " ×")
    }

    /// `1.23 ms (1.20–1.31)`; of seconds.
    pub(crate) fn millis(self) -> String {
        self.shown(|value| format!("{:.2}", value * 1_000.0), " ms")
    }

    /// `31.2 µs (30.9–31.4)`; of seconds.
    pub(crate) fn micros(self) -> String {
        self.shown(|value| format!("{:.1}", value * 1e6), " µs")
    }

    /// `72 MB (71–72)`; of bytes.
    pub(crate) fn megabytes(self) -> String {
        self.shown(|value| format!("{:.0}", value / 1e6), " MB")
    }

    fn shown(self, show: impl Fn(f64) -> String, unit: &str) -> String {
        let [lowest, median, highest] = [self.lowest, self.median, self.highest].map(show);
        format!("{median}{unit} ({lowest}–{highest})")
    }
}

/// A whole number as people write it: `12,345`.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many of them in a second.
pub(crate) fn rate(count: usize, took: Duration) -> f64 {
    float(count) / took.as_secs_f64()
}

/// Counts here stay far below what a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "counts of requests")]
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_told_with_the_spread() {
        let figure = Figure::of([1_234_567.0, 999.0, 12_345.0]);

        assert_eq!(figure.per_second(), "12,345/s (999–1,234,567)");
        assert_eq!(Figure::of([0.411, 0.39, 0.43]).percent(), "41 % (39–43)");
    }
}
