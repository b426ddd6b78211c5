//! Identifiers of archives: ARK, arXiv, ADS.

use super::{is_digits, is_word, without, without_web};

/// `ark:/12148/btv1b8449691v`, also within a link to a resolver.
pub(super) fn ark(text: &str) -> Option<String> {
    let web = without_web(text);
    let ark = if web.len() < text.len() { web.split_once('/')?.1 } else { text };
    let name = ark.strip_prefix("ark:")?;
    let (assigner, name) = name.strip_prefix('/').unwrap_or(name).split_once('/')?;

    (!assigner.is_empty() && assigner.bytes().all(is_betanumeric) && is_word(name))
        .then(|| text.to_owned())
}

/// `arXiv:2101.00001v2` or `arXiv:hep-th/9901001`, also as a link; a subject class is left out.
pub(super) fn arxiv(text: &str) -> Option<String> {
    let text =
        without(without_web(text), &["arxiv.org/abs/", "www.arxiv.org/abs/", "arxiv.org/pdf/"]);
    let text = without(text, &["arxiv:"]);
    let (archive, number) =
        text.split_once('/').map_or((None, text), |(archive, number)| (Some(archive), number));
    let (number, version) = match number.split_once(['v', 'V']) {
        Some((number, version)) => (number, is_digits(version).then_some(format!("v{version}"))?),
        None => (number, String::new()),
    };

    match (archive.map(archive_name), number.split_once('.')) {
        (None | Some(Some(_)), Some((month, count))) => {
            let is_new = is_digits(month)
                && month.len() == 4
                && is_digits(count)
                && matches!(count.len(), 4 | 5);
            is_new.then(|| format!("arXiv:{month}.{count}{version}"))
        }
        (Some(Some(archive)), None) => {
            let is_old = is_digits(number) && number.len() > 4;
            is_old.then(|| format!("arXiv:{archive}/{number}{version}"))
        }
        _ => None,
    }
}

/// `math` of `math.GT`.
fn archive_name(text: &str) -> Option<&str> {
    let (archive, class) = text.split_once('.').unwrap_or((text, "XX"));
    let is_archive = !archive.is_empty()
        && archive.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let is_class = class.len() == 2 && class.bytes().all(|byte| byte.is_ascii_alphabetic());

    (is_archive && is_class).then_some(archive)
}

/// `1924MNRAS..84..308E`: year, publication, volume, page and author in 19 places.
pub(super) fn ads(text: &str) -> Option<String> {
    let code = without(text, &["ads:"]);
    let bytes = code.as_bytes();
    let is_code = bytes.len() == 19
        && bytes.iter().all(u8::is_ascii_graphic)
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4].is_ascii_alphabetic()
        && (bytes[18].is_ascii_alphabetic() || matches!(bytes[18], b'.' | b':'));

    is_code.then(|| code.to_owned())
}

/// Digits and the consonants that are hard to mistake.
fn is_betanumeric(byte: u8) -> bool {
    b"0123456789bcdfghjkmnpqrstvwxz".contains(&byte)
}
