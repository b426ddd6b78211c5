//! Numbers of the book and retail trade.

use super::{checksums, is_digits, without};

/// ISBN-13; an ISBN-10 becomes one. The hyphens of an ISBN-13 stay where they are, as only the
/// agency's tables know where they belong.
pub(super) fn isbn(text: &str) -> Option<String> {
    let text = without(text, &["isbn:", "isbn-13:", "isbn-10:", "isbn"]);
    if let Some(digits) = checksums::digits::<13>(text) {
        let is_book = digits.starts_with(&[9, 7, 8]) || digits.starts_with(&[9, 7, 9]);
        return (is_book && checksums::is_mod_10(&digits)).then(|| grouped(text));
    }

    let digits = checksums::digits::<10>(text)?;
    checksums::weighted(&digits).is_multiple_of(11).then(|| {
        let mut isbn = [9, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        isbn[3..12].copy_from_slice(&digits[..9]);
        isbn[12] = checksums::ean_check(&isbn[..12]);
        checksums::written(&isbn)
    })
}

/// Hyphens for blanks, one at a time and none at the ends.
fn grouped(text: &str) -> String {
    text.split(['-', ' ']).filter(|group| !group.is_empty()).collect::<Vec<&str>>().join("-")
}

/// `0378-5955`.
pub(super) fn issn(text: &str) -> Option<String> {
    let digits = checksums::digits::<8>(without(text, &["issn:", "eissn:", "issn"]))?;

    checksums::weighted(&digits).is_multiple_of(11).then(|| {
        let issn = checksums::written(&digits);
        format!("{}-{}", &issn[..4], &issn[4..])
    })
}

/// `4006381333931`.
pub(super) fn ean13(text: &str) -> Option<String> {
    let digits = checksums::digits::<13>(text)?;
    checksums::is_mod_10(&digits).then(|| checksums::written(&digits))
}

/// `036000291452`, the EAN-13 of North America without its leading nought.
pub(super) fn upc(text: &str) -> Option<String> {
    let digits = checksums::digits::<12>(text)?;
    checksums::is_mod_10(&digits).then(|| checksums::written(&digits))
}

/// `A02-2009-000004BE-A`: sixteen hexadecimal digits, weighted with 11, 9, 3 and 1 in turn.
pub(super) fn istc(text: &str) -> Option<String> {
    let digits: Option<Vec<u32>> = text
        .chars()
        .filter(|character| !matches!(character, '-' | ' '))
        .map(|digit| digit.to_digit(16))
        .collect();
    let digits = digits.filter(|digits| digits.len() == 16 && !is_digits_alone(text))?;
    let weights = [11, 9, 3, 1].into_iter().cycle();
    let total: u32 = digits[..15].iter().zip(weights).map(|(digit, weight)| digit * weight).sum();

    (total % 16 == digits[15]).then(|| text.to_ascii_uppercase())
}

/// Sixteen decimal digits in one piece are far more likely an ISNI or a card number.
fn is_digits_alone(text: &str) -> bool {
    is_digits(text)
}
