//! Reading `Accept`.

/// Media ranges in the order of preference, parameters kept, without spaces, in lower case; what
/// has the weight 0 is left out.
pub(super) fn ranked(header: &str) -> Vec<String> {
    let mut ranges: Vec<(String, f32)> = split(header, ',').filter_map(range).collect();
    // Stable: equals stay in the client's order.
    ranges.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    ranges.into_iter().map(|(range, _)| range).collect()
}

/// A media type as [`ranked`] writes it.
pub(super) fn normal(media_type: &str) -> String {
    split(media_type, ';').map(|part| part.trim().to_lowercase()).collect::<Vec<_>>().join(";")
}

fn range(text: &str) -> Option<(String, f32)> {
    let mut weight = 1.0_f32;
    let mut kept = Vec::new();
    for part in split(text, ';') {
        let part = part.trim().to_lowercase();
        match part.strip_prefix("q=") {
            Some(q) => weight = q.trim().parse().unwrap_or(0.0),
            None => kept.push(part),
        }
    }
    let range = kept.join(";");
    (weight > 0.0 && !range.is_empty()).then_some((range, weight))
}

/// Splits outside of quotes.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == at && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_ranked_by_weight_and_then_by_place() {
        let header =
            "text/html, application/xml;q=0.9, application/JSON ; q=1, */*;q=0.8, image/png;q=0";

        assert_eq!(ranked(header), ["text/html", "application/json", "application/xml", "*/*"]);
    }

    #[test]
    fn a_profile_in_quotes_stays_whole() {
        let range = r#"application/ld+json; profile="https://example.org/a,b;c""#;

        assert_eq!(ranked(range), [r#"application/ld+json;profile="https://example.org/a,b;c""#]);
        assert_eq!(normal(range), ranked(range)[0]);
    }
}
