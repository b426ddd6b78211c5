use super::{Export, parse};
use crate::raw::manifest::exports::repono::plugin::manifest::{Descriptor, Guest};
use crate::raw::types;
use crate::{Plugin, Value, log};

impl<P: Plugin> Guest for Export<P> {
    fn describe() -> Descriptor {
        log::panics();
        let descriptor = P::descriptor();
        Descriptor {
            name: descriptor.name,
            version: descriptor.version,
            summary: descriptor.summary,
            capabilities: descriptor.capabilities,
            settings_schema: descriptor.settings_schema.as_ref().map(Value::to_string),
            deterministic: descriptor.deterministic,
            ext: None,
        }
    }

    fn configure(settings: String) -> Result<(), types::Failure> {
        log::panics();
        Ok(P::configure(&parse(&settings)?)?)
    }
}
