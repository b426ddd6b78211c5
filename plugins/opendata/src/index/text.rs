//! The words of an HTML description.

/// Drops the tags and the commonest entities, and makes all white space single spaces.
///
/// For an index only: what comes out is not safe to show as HTML.
pub(crate) fn of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let tag = &rest[start..];
        let Some(end) = tag.find('>') else { return squeeze(&(text + tag)) };
        if breaks(&tag[1..end]) {
            text.push(' ');
        }
        rest = &tag[end + 1..];
    }
    text.push_str(rest);
    squeeze(&text)
}

/// Whether a tag parts words, which one within a line does not.
fn breaks(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
    !["a", "b", "code", "em", "i", "span", "strong", "sub", "sup", "u"].contains(&name)
}

fn squeeze(text: &str) -> String {
    let text =
        text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::of_html;

    #[test]
    fn paragraphs_part_words_and_emphasis_does_not() {
        assert_eq!(
            of_html("<p>One</p><p>pb<sup>-1</sup>&nbsp;of <i>d</i>ata</p>"),
            "One pb-1 of data"
        );
    }

    #[test]
    fn a_less_than_sign_is_no_tag() {
        assert_eq!(of_html("p < 3"), "p < 3");
    }
}
