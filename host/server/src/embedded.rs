//! The plugins within the program, see `build.rs`.

use bytes::Bytes;
use repono_service::plugins::Shipped;

use crate::config::PluginsSection;

struct Embedded {
    name: &'static str,
    /// What it imports, and is granted unless the operator says otherwise: but for hosts to fetch
    /// from, which the operator must name.
    asks: &'static [&'static str],
    bytes: &'static [u8],
}

static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The plugins within the program, unless the operator wants none. One that fetches is left out until
/// its hosts are granted.
pub(crate) fn shipped(plugins: &PluginsSection) -> Vec<Shipped> {
    if !plugins.embedded {
        return Vec::new();
    }
    if EMBEDDED.is_empty() {
        tracing::warn!(
            "no plugin is embedded: build them with `cargo xtask plugins`, and then this program anew"
        );
    }
    let shipped = |embedded: &Embedded| {
        let Embedded { name, asks, bytes } = embedded;
        let Some(grants) = plugins.grants(name, asks) else {
            tracing::debug!(
                plugin.name = name,
                "the plugin {name} is not installed: [plugins.of.{name}] can grant it the hosts that it needs"
            );
            return None;
        };
        Some(Shipped { name: (*name).to_owned(), bytes: Bytes::from_static(bytes), grants })
    };
    EMBEDDED.iter().filter_map(shipped).collect()
}
