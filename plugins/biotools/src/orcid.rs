//! Check digits of ORCID, ISO 7064 11,2.

/// Whether the last character of an ORCID, alone or at the end of its address, fits the others.
pub(crate) fn is_valid(orcid: &str) -> bool {
    let digits = orcid.rsplit('/').next().unwrap_or_default().replace('-', "");
    let Some((first, check)) = digits.split_at_checked(15) else { return false };
    let total = first
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .fold(0, |total, digit| (total + digit) * 2);
    match (12 - total % 11) % 11 {
        10 => check == "X",
        expected => check == expected.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn a_right_check_digit_is_valid() {
        assert!(is_valid("https://orcid.org/0000-0002-1825-0097"));
        assert!(is_valid("0000-0002-1694-233X"));
    }

    #[test]
    fn a_wrong_check_digit_is_not() {
        assert!(!is_valid("https://orcid.org/0000-0002-1825-0098"));
        assert!(!is_valid("0000"));
    }
}
