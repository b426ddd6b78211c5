//! Version 1.0.0 of a plugin that is upgraded in the host's tests.

mod v1;

use repono_sdk::{Collection, Descriptor, Plugin, Schema};

struct Specimens;

impl Plugin for Specimens {
    fn descriptor() -> Descriptor {
        Descriptor::new("specimens", env!("CARGO_PKG_VERSION"), "Specimens of a museum.")
    }
}

impl Schema for Specimens {
    fn collections() -> Vec<Collection> {
        vec![
            Collection::new("specimens")
                .version(1)
                .schema(v1::schema())
                .search(v1::search())
                .unchecked(),
        ]
    }
}

repono_sdk::plugin!(Specimens: schema, indexer, exporter);
