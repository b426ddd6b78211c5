//! Collision energies, from `13TeV` to `89-94 GeV`.

/// A collision energy, or a range of them.
#[derive(Debug, PartialEq)]
pub(crate) struct Energy {
    numbers: String,
    unit: &'static str,
    from_tev: f64,
    to_tev: f64,
}

impl Energy {
    /// Reads one number or a range, and a unit; none for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (numbers, unit, per_tev) = [("TeV", 1.0), ("GeV", 1000.0)]
            .into_iter()
            .find_map(|(unit, per_tev)| Some((text.strip_suffix(unit)?.trim(), unit, per_tev)))?;
        let (from, to) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let tev = |number: &str| Some(number.trim().parse::<f64>().ok()? / per_tev);
        Some(Self { numbers: numbers.to_owned(), unit, from_tev: tev(from)?, to_tev: tev(to)? })
    }

    /// One way to write it, for the facet: `13 TeV`.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.numbers, self.unit)
    }

    /// In `TeV`; the middle of a range.
    pub(crate) fn tev(&self) -> f64 {
        f64::midpoint(self.from_tev, self.to_tev)
    }
}

#[cfg(test)]
mod tests {
    use super::Energy;

    fn read(text: &str) -> Option<(String, f64)> {
        Energy::parse(text).map(|energy| (energy.label(), energy.tev()))
    }

    #[test]
    fn a_space_before_the_unit_makes_no_difference() {
        assert_eq!(read("13.6TeV"), Some(("13.6 TeV".to_owned(), 13.6)));
        assert_eq!(read("13.6 TeV"), read("13.6TeV"));
    }

    #[test]
    fn a_range_in_gev_has_its_middle_in_tev() {
        assert_eq!(read("130-140 GeV"), Some(("130-140 GeV".to_owned(), 0.135)));
    }

    #[test]
    fn anything_else_is_no_energy() {
        assert_eq!(read("high"), None);
        assert_eq!(read("x-y TeV"), None);
        assert_eq!(read(""), None);
    }
}
