//! What was found out before, in the plugin's own store.
//!
//! The store cannot be listed, so what grows old there could never be removed. So entries share a fixed
//! number of keys, by the hash of their name; whoever writes to a key leaves out what is too old, and the
//! oldest of what is too much.

use std::collections::{BTreeMap, HashMap};

use repono_sdk::kv::{Kv, NotKept};
use repono_sdk::serde_json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Some below what a value may have.
const MOST_BYTES: usize = 60 << 10;

/// Entries of a kind.
#[derive(Debug)]
pub(crate) struct Shelf {
    name: &'static str,
    keys: u64,
    keep_ms: u64,
}

/// What came of links.
pub(crate) const LINKS: Shelf = Shelf { name: "link", keys: 512, keep_ms: 90 * DAY_MS };
/// What hosts ask of robots; nothing is believed for longer than a day (RFC 9309).
pub(crate) const ROBOTS: Shelf = Shelf { name: "robots", keys: 64, keep_ms: DAY_MS };

/// An entry, and when it was found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Noted<T> {
    pub(crate) at_ms: u64,
    pub(crate) what: T,
}

type Entries = BTreeMap<String, Noted<serde_json::Value>>;

/// The store, with what was read of it.
pub(crate) struct Memory<'a> {
    kv: &'a mut dyn Kv,
    now_ms: u64,
    read: HashMap<String, Entries>,
    changed: Vec<String>,
}

impl<'a> Memory<'a> {
    pub(crate) fn new(kv: &'a mut dyn Kv, now_ms: u64) -> Self {
        Self { kv, now_ms, read: HashMap::new(), changed: Vec::new() }
    }

    /// What is noted of a name, unless it is too old; what cannot be read is not there.
    pub(crate) fn get<T: DeserializeOwned>(&mut self, on: &Shelf, name: &str) -> Option<Noted<T>> {
        let (now_ms, entries) = (self.now_ms, self.entries(&key(on, name)));
        let noted = entries.get(name).filter(|noted| noted.at_ms + on.keep_ms > now_ms)?;
        let what = serde_json::from_value(noted.what.clone()).ok()?;
        Some(Noted { at_ms: noted.at_ms, what })
    }

    /// Notes something. It is kept with the next [`Memory::keep`].
    pub(crate) fn note<T: Serialize>(&mut self, on: &Shelf, name: &str, what: &T) {
        let Ok(what) = serde_json::to_value(what) else { return };
        let (key, at_ms) = (key(on, name), self.now_ms);
        let entries = self.entries(&key);
        entries.retain(|_, noted| noted.at_ms + on.keep_ms > at_ms);
        entries.insert(name.to_owned(), Noted { at_ms, what });
        if !self.changed.contains(&key) {
            self.changed.push(key);
        }
    }

    /// Keeps what was noted.
    pub(crate) fn keep(&mut self) -> Result<(), NotKept> {
        for key in std::mem::take(&mut self.changed) {
            let entries = self.entries(&key);
            let mut text = written(entries);
            while text.len() > MOST_BYTES && remove_oldest(entries) {
                text = written(entries);
            }
            self.kv.put(&key, text.as_bytes())?;
        }
        Ok(())
    }

    /// A value under a key of its own.
    pub(crate) fn kv(&mut self) -> &mut dyn Kv {
        self.kv
    }

    fn entries(&mut self, key: &str) -> &mut Entries {
        let kv = &mut *self.kv;
        self.read.entry(key.to_owned()).or_insert_with(|| {
            kv.get(key).and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
        })
    }
}

fn written(entries: &Entries) -> String {
    serde_json::to_string(entries).unwrap_or_default()
}

fn remove_oldest(entries: &mut Entries) -> bool {
    let oldest = entries.iter().min_by_key(|(_, noted)| noted.at_ms).map(|(name, _)| name.clone());
    oldest.is_some_and(|name| entries.remove(&name).is_some())
}

/// FNV-1a: the same in every version of the plugin.
fn key(shelf: &Shelf, name: &str) -> String {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{}/{}", shelf.name, hash % shelf.keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_KEY: Shelf = Shelf { name: "test", keys: 1, keep_ms: 1000 };

    #[derive(Default)]
    struct Store(HashMap<String, Vec<u8>>);

    impl Kv for Store {
        fn get(&mut self, key: &str) -> Option<Vec<u8>> {
            self.0.get(key).cloned()
        }

        fn put(&mut self, key: &str, value: &[u8]) -> Result<(), NotKept> {
            assert!(value.len() <= 64 << 10, "{key} has {} bytes", value.len());
            self.0.insert(key.to_owned(), value.to_vec());
            Ok(())
        }
    }

    fn noted(store: &mut Store, now_ms: u64, names: &[&str]) {
        let mut memory = Memory::new(store, now_ms);
        for name in names {
            memory.note(&ONE_KEY, name, name);
        }
        memory.keep().unwrap();
    }

    fn found(store: &mut Store, now_ms: u64, name: &str) -> Option<String> {
        Memory::new(store, now_ms).get(&ONE_KEY, name).map(|noted| noted.what)
    }

    #[test]
    fn what_was_kept_is_found_until_it_is_too_old() {
        let mut store = Store::default();
        noted(&mut store, 1, &["a", "b"]);

        assert_eq!(found(&mut store, 1000, "a").as_deref(), Some("a"));
        assert_eq!(found(&mut store, 1001, "a"), None);
        assert_eq!(found(&mut store, 1, "c"), None);
    }

    #[test]
    fn what_is_too_old_goes_when_something_new_comes() {
        let mut store = Store::default();
        noted(&mut store, 1, &["old"]);

        noted(&mut store, 2000, &["new"]);

        let text = String::from_utf8(store.0["test/0"].clone()).unwrap();
        assert!(text.contains("new") && !text.contains("old"), "{text}");
    }

    #[test]
    fn of_too_much_the_oldest_goes() {
        let mut store = Store::default();
        let long = |begin: &str| format!("{begin}{}", "x".repeat(12 << 10));
        for (now_ms, begin) in (1..).zip(["a", "b", "c", "d", "e"]) {
            noted(&mut store, now_ms, &[&long(begin)]);
        }

        assert!(found(&mut store, 5, &long("e")).is_some());
        assert!(found(&mut store, 5, &long("a")).is_none());
    }

    #[test]
    fn what_cannot_be_read_is_not_there() {
        let mut store = Store::default();
        store.0.insert("test/0".to_owned(), b"{".to_vec());

        assert_eq!(found(&mut store, 1, "a"), None);
        noted(&mut store, 1, &["a"]);
        assert!(found(&mut store, 1, "a").is_some());
    }
}
