//! The environment, read once.

use figment::Figment;
use figment::value::Value;

/// Variables that start with `REPONO_`, without that.
#[derive(Clone, Debug, Default)]
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// Reads the process's.
    pub fn read() -> Self {
        let ours = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            let name = name.into_string().ok()?.strip_prefix("REPONO_")?.to_owned();
            Some((name, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(ours).collect())
    }

    /// As if these had been read: `("SERVER__LISTEN", "…")`.
    pub fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// A variable that is not a setting: `TOKEN`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Variables that are settings: path, and value in the type that `defaults` has there.
    ///
    /// One without `__` is none: orchestrators set `REPONO_PORT` and the like for a service of our
    /// name. One that would be a setting if its underscores were doubled is, surely, a slip.
    pub(super) fn settings(&self, defaults: &Figment) -> anyhow::Result<Vec<(String, Value)>> {
        let mut settings = Vec::new();
        for (name, text) in &self.0 {
            let path = name.to_lowercase().replace("__", ".");
            if name.contains("__") {
                settings
                    .push((path.clone(), typed(text, defaults.find_value(&path).ok().as_ref())));
            } else if let Some((section, key)) = path.split_once('_')
                && defaults.find_value(&format!("{section}.{key}")).is_ok()
            {
                let meant = format!("{section}__{key}").to_uppercase();
                anyhow::bail!(
                    "the environment variable REPONO_{name} sets nothing: did you mean REPONO_{meant}?"
                );
            }
        }
        Ok(settings)
    }
}

/// Text stays text where text is wanted: the DOI prefix 10.5072 is no number.
fn typed(text: &str, default: Option<&Value>) -> Value {
    match default {
        Some(Value::String(..)) => Value::from(text),
        _ => text.parse().unwrap_or_else(|_: std::convert::Infallible| Value::from(text)),
    }
}
