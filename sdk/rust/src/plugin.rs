//! Who a plugin is, and how it becomes a component.

use serde_json::Value;

use crate::Failure;

/// What every plugin has.
pub trait Plugin {
    /// Asked once, when the plugin is installed.
    fn descriptor() -> Descriptor;

    /// Takes the operator's settings. Called first in every instance if there are any.
    fn configure(_settings: &Value) -> Result<(), Failure> {
        Ok(())
    }
}

/// How a plugin presents itself to the operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) capabilities: Vec<String>,
    pub(crate) settings_schema: Option<Value>,
    pub(crate) deterministic: bool,
}

impl Descriptor {
    /// A deterministic plugin without capabilities or settings.
    ///
    /// The name is in lower case with digits and hyphens, the version semantic
    /// (`env!("CARGO_PKG_VERSION")` usually), the summary one line for operators.
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: summary.to_owned(),
            capabilities: Vec::new(),
            settings_schema: None,
            deterministic: true,
        }
    }

    /// Names the host interfaces that the plugin imports: `records`, `kv`, `fetch`.
    #[must_use]
    pub fn capabilities<'a>(mut self, interfaces: impl IntoIterator<Item = &'a str>) -> Self {
        self.capabilities = interfaces.into_iter().map(str::to_owned).collect();
        self
    }

    /// Gives the JSON Schema of the settings that [`Plugin::configure`] takes.
    #[must_use]
    pub fn settings(mut self, schema: Value) -> Self {
        self.settings_schema = Some(schema);
        self
    }

    /// Says that the same call may have different answers, because it asks the host for more.
    #[must_use]
    pub fn not_deterministic(mut self) -> Self {
        self.deterministic = false;
        self
    }
}

/// Makes a component of a type: `plugin!(Minerals: schema, exporter);`.
///
/// It exports the manifest and the hooks named, of `schema`, `vocabularies`, `indexer`, `exporter`
/// and `task`. Natively it only checks that the traits are there.
#[macro_export]
macro_rules! plugin {
    ($plugin:ident : $($hook:ident),* $(,)?) => {
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            $crate::__implements!($plugin, manifest);
            $($crate::__implements!($plugin, $hook);)*
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Export = $crate::glue::Export<$plugin>;
            const _: () = {
                $crate::raw::manifest::export!(Export with_types_in $crate::raw::manifest);
            };
            $(const _: () = {
                $crate::raw::$hook::export!(Export with_types_in $crate::raw::$hook);
            };)*
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __implements {
    ($plugin:ident, manifest) => {
        const _: () = $crate::glue::is_plugin::<$plugin>();
    };
    ($plugin:ident, schema) => {
        const _: () = $crate::glue::is_schema::<$plugin>();
    };
    ($plugin:ident, vocabularies) => {
        const _: () = $crate::glue::is_vocabularies::<$plugin>();
    };
    ($plugin:ident, indexer) => {
        const _: () = $crate::glue::is_indexer::<$plugin>();
    };
    ($plugin:ident, exporter) => {
        const _: () = $crate::glue::is_exporter::<$plugin>();
    };
    ($plugin:ident, task) => {
        const _: () = $crate::glue::is_task::<$plugin>();
    };
}
