//! Arithmetic of check digits.
//!
//! All take digits as numbers, the check digit last; ten stands for an `X`.

/// Digits of a text, blanks and hyphens left out, with a closing `X` as ten; `None` if there is
/// anything else or too much of it.
pub(super) fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut digits = [0; N];
    let mut count = 0;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'X' | b'x' if count + 1 == N => 10,
            _ => return None,
        };
        *digits.get_mut(count)? = digit;
        count += 1;
    }
    (count == N).then_some(digits)
}

/// Writes digits back, ten as `X`.
pub(super) fn written(digits: &[u8]) -> String {
    digits.iter().map(|digit| if *digit == 10 { 'X' } else { char::from(b'0' + digit) }).collect()
}

/// ISO 7064 MOD 11-2, of ORCID and ISNI.
pub(super) fn is_mod_11_2(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let total = body.iter().fold(0, |total: u32, digit| (total + u32::from(*digit)) * 2 % 11);

    (12 - total) % 11 == u32::from(*check)
}

/// The sum of all digits, weighted from the right with 1, 2, 3, …, of ISBN-10, ISSN and GND.
pub(super) fn weighted(digits: &[u8]) -> u32 {
    digits.iter().rev().zip(1..).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// Ten out of ones and threes, weighted from the right, of EAN, UPC and ISBN-13.
pub(super) fn is_mod_10(digits: &[u8]) -> bool {
    let weights = [1, 3].into_iter().cycle();
    let total: u32 =
        digits.iter().rev().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum();

    digits.iter().all(|digit| *digit < 10) && total.is_multiple_of(10)
}

/// The check digit of twelve digits of an EAN-13.
pub(super) fn ean_check(digits: &[u8]) -> u8 {
    let weights = [3, 1].into_iter().cycle();
    let total: u8 = digits
        .iter()
        .rev()
        .zip(weights)
        .fold(0, |total, (digit, weight)| (total + digit * weight) % 10);

    (10 - total) % 10
}
