//! The plugins within the program, see `build.rs`.

use bytes::Bytes;
use repono_service::plugins::Shipped;

use crate::config::PluginsSection;

struct Embedded {
    name: &'static str,
    /// What it imports, and is granted unless the operator says otherwise.
    asks: &'static [&'static str],
    bytes: &'static [u8],
}

static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The plugins within the program, unless the operator wants none.
pub(crate) fn shipped(plugins: &PluginsSection) -> Vec<Shipped> {
    if !plugins.embedded {
        return Vec::new();
    }
    if EMBEDDED.is_empty() {
        tracing::warn!(
            "no plugin is embedded: build them with `cargo xtask plugins`, and then this program anew"
        );
    }
    let shipped = |embedded: &Embedded| Shipped {
        name: embedded.name.to_owned(),
        bytes: Bytes::from_static(embedded.bytes),
        grants: plugins.grants(embedded.name, embedded.asks),
    };
    EMBEDDED.iter().map(shipped).collect()
}
