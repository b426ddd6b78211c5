//! HTML that depositors may write, and what is left of it for those who cannot show any.

use std::sync::LazyLock;

use ammonia::Builder;

/// What InvenioRDM lets through: text and its structure, no images, no styles, no scripts.
const TAGS: [&str; 31] = [
    "a",
    "abbr",
    "acronym",
    "b",
    "blockquote",
    "br",
    "code",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "u",
    "ul",
];
const ATTRIBUTES: [(&str, &[&str]); 3] =
    [("a", &["href", "title", "name", "rel"]), ("abbr", &["title"]), ("acronym", &["title"])];
const LINKS: [&str; 3] = ["http", "https", "mailto"];

/// Takes out of a text what is not allowed, but for the words in it.
///
/// Answers `None` for a text without markup, which is as it should be already.
pub(crate) fn sanitised(text: &str) -> Option<String> {
    if !text.contains(['<', '>', '&']) {
        return None;
    }

    // Misnested markup may need a second look once the first has put it in order.
    let mut before = text.to_owned();
    for _ in 0..LOOKS {
        let clean = CLEANER.clean(&before).to_string();
        if clean == before {
            return Some(clean);
        }
        before = clean;
    }
    Some(STRIPPER.clean(text).to_string())
}

/// The words of a text, without tags and with its entities resolved.
pub(crate) fn plain(text: &str) -> String {
    if !text.contains(['<', '>', '&']) {
        return text.to_owned();
    }
    let words = STRIPPER.clean(text).to_string();
    resolved(&words).trim().to_owned()
}

/// After so many, markup that still changes is beyond repair: only its words stay.
const LOOKS: usize = 5;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = without_tags();
    builder
        .tags(TAGS.into())
        .generic_attributes(["class"].into())
        .tag_attributes(
            ATTRIBUTES.map(|(tag, names)| (tag, names.iter().copied().collect())).into(),
        )
        .url_schemes(LINKS.into())
        .link_rel(None);
    builder
});

static STRIPPER: LazyLock<Builder<'static>> = LazyLock::new(without_tags);

/// Takes all tags away, and keeps the words of all of them.
fn without_tags() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder.clean_content_tags([].into());
    builder
}

/// Undoes the escaping of a serialised text; there are no other entities in it.
fn resolved(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_words_of_a_refused_tag_stay() {
        assert_eq!(sanitised("<p>Hi <script>x</script></p>").as_deref(), Some("<p>Hi x</p>"));
    }

    #[test]
    fn what_runs_goes() {
        let text = r#"<a href="javascript:alert(1)" onclick="x()">a</a><img src=x onerror=y><b style="x">b</b>"#;

        assert_eq!(sanitised(text).as_deref(), Some("<a>a</a><b>b</b>"));
    }

    #[test]
    fn what_is_allowed_stays_as_it_is() {
        let text = r#"<h2 class="x">T</h2><p>1 &lt; 2 &amp; <a href="https://a.org/?b=1&amp;c" rel="nofollow">l</a></p>"#;

        assert_eq!(sanitised(text).as_deref(), Some(text));
        assert_eq!(sanitised("no markup\u{a0}here"), None);
    }

    #[test]
    fn plain_text_has_its_characters_back() {
        assert_eq!(plain("<p>1 &lt; 2 &amp;amp; <b>bold</b></p>"), "1 < 2 &amp; bold");
        assert_eq!(plain("AT&T <b>x"), "AT&T x");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn sanitising_twice_is_sanitising_once(
            parts in prop::collection::vec(prop::sample::select(vec![
                "<p>", "</p>", "<b>", "</b>", "<a href='http://x'>", "</a>", "<table>", "<tr>", "<td>", "</table>",
                "<script>", "</script>", "<style>", "<svg>", "<math>", "<!--", "-->", "<pre>\n", "<h1>", "<ul><li>",
                "<textarea>", "<noscript>", "<select>", "<plaintext>", "&lt;", "&", "<", ">", "\"", "\u{a0}", "text", "é",
            ]), 0..14),
        ) {
            let text = parts.concat();
            let once = sanitised(&text).unwrap_or(text);

            prop_assert_eq!(sanitised(&once).unwrap_or_else(|| once.clone()), once.clone());
            prop_assert!(!once.contains("<script") && !once.contains("<svg") && !once.contains("<style"));
            prop_assert!(plain(&once).len() <= once.len());
        }
    }
}
