//! Asks for its store where there is none: outside of a task.

use repono_sdk::{Collection, Descriptor, Plugin, Schema};

#[expect(clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        inline: "package repono:greedy; world greedy { import repono:plugin/kv@1.0.0; }",
        path: "../../../wit/plugin-1.0.0",
        world: "repono:greedy/greedy",
        generate_all,
    });
}

struct Greedy;

impl Plugin for Greedy {
    fn descriptor() -> Descriptor {
        Descriptor::new("greedy", env!("CARGO_PKG_VERSION"), "Wants a store of its own.")
            .capabilities(["kv"])
    }
}

impl Schema for Greedy {
    fn collections() -> Vec<Collection> {
        let name = bindings::repono::plugin::kv::get("name")
            .and_then(|bytes| String::from_utf8(bytes).ok());
        vec![Collection::new(name.as_deref().unwrap_or("greed"))]
    }
}

repono_sdk::plugin!(Greedy: schema);
