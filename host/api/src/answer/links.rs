//! Links of lists: absolute, with every parameter, sorted, escaped as `InvenioRDM`'s are.

use serde_json::{Map, Value};

/// How far pages reach; beyond, a cursor does.
const MAX_OFFSET: u64 = 10_000;

/// A list's address and parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    base: String,
    params: Vec<(String, String)>,
}

impl Links {
    /// `base` is absolute and without a query.
    pub(crate) fn new(base: String) -> Self {
        Self { base, params: Vec::new() }
    }

    /// Adds a parameter; names may repeat.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &(impl ToString + ?Sized)) -> Self {
        self.params.push((name.to_owned(), value.to_string()));
        self
    }

    /// `self`, and `prev` and `next` if there is something there.
    pub(crate) fn of_page(&self, page: u64, size: u64, total: u64, next: Option<&str>) -> Value {
        let at =
            |page: u64| Value::String(self.clone().with("page", &page).with("size", &size).url());
        let mut links = Map::new();
        links.insert("self".to_owned(), at(page));
        if page > 1 {
            links.insert("prev".to_owned(), at(page - 1));
        }
        let seen = page.saturating_mul(size);
        if seen < total {
            if seen.saturating_add(size) <= MAX_OFFSET {
                links.insert("next".to_owned(), at(page + 1));
            } else if let Some(next) = next {
                links.insert("next".to_owned(), self.after(next, size));
            }
        }
        Value::Object(links)
    }

    /// The same for a page that a cursor led to.
    pub(crate) fn of_cursor(&self, cursor: &str, size: u64, next: Option<&str>) -> Value {
        let mut links = Map::new();
        links.insert("self".to_owned(), self.after(cursor, size));
        if let Some(next) = next {
            links.insert("next".to_owned(), self.after(next, size));
        }
        Value::Object(links)
    }

    fn after(&self, cursor: &str, size: u64) -> Value {
        Value::String(self.clone().with("cursor", cursor).with("size", &size).url())
    }

    /// The address itself.
    pub(crate) fn url(&self) -> String {
        let mut params: Vec<_> = self.params.iter().collect();
        params.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut url = self.base.clone();
        for (place, (name, value)) in params.into_iter().enumerate() {
            url.push(if place == 0 { '?' } else { '&' });
            escape(name, &mut url);
            url.push('=');
            escape(value, &mut url);
        }
        url
    }
}

/// As Werkzeug does it: what need not be escaped in a query is not, and a space is a plus.
fn escape(text: &str, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b' ' => into.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"_.-~!$'()*,/:;?@".contains(&byte) => {
                into.push(char::from(byte));
            }
            byte => {
                into.push('%');
                into.push(char::from(DIGITS[usize::from(byte >> 4)]));
                into.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records() -> Links {
        Links::new("https://repo.example.org/api/records".to_owned())
    }

    #[test]
    fn links_are_written_as_recorded() {
        let url = |links: Links| links.of_page(1, 25, 0, None)["self"].clone();

        assert_eq!(
            url(records().with("q", "metadata.title:(").with("sort", "bestmatch")),
            "https://repo.example.org/api/records?page=1&q=metadata.title:(&size=25&sort=bestmatch"
        );
        assert_eq!(
            url(records()
                .with("sort", "newest")
                .with("access_status", "open")
                .with("resource_type", "image+inner:image-photo")),
            "https://repo.example.org/api/records?access_status=open&page=1&resource_type=image%2Binner:image-photo&size=25&sort=newest"
        );
        assert_eq!(
            url(records().with("q", "größe & co").with("sort", "newest")),
            "https://repo.example.org/api/records?page=1&q=gr%C3%B6%C3%9Fe+%26+co&size=25&sort=newest"
        );
    }

    #[test]
    fn neighbours_are_linked_where_there_are_any() {
        let links = records().of_page(2, 10, 25, None);

        assert_eq!(links["prev"], "https://repo.example.org/api/records?page=1&size=10");
        assert_eq!(links["next"], "https://repo.example.org/api/records?page=3&size=10");
        assert_eq!(records().of_page(3, 10, 25, None).get("next"), None);
        assert_eq!(
            records().of_page(1, 10, 0, None),
            json!({"self": "https://repo.example.org/api/records?page=1&size=10"})
        );
    }

    #[test]
    fn a_cursor_leads_on_where_pages_end() {
        let links = records().of_page(10, 1000, 20_000, Some("abc="));
        assert_eq!(links["next"], "https://repo.example.org/api/records?cursor=abc%3D&size=1000");

        let links = records().of_cursor("abc", 1000, Some("def"));
        assert_eq!(links["self"], "https://repo.example.org/api/records?cursor=abc&size=1000");
        assert_eq!(links["next"], "https://repo.example.org/api/records?cursor=def&size=1000");
    }
}
