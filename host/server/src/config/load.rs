//! From the default, the file, the environment and the command line to one [`Config`].

use std::path::Path;

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Format as _, Toml};

use super::unknown::explain;
use super::{Config, Environment, Flag};

/// The commented default.
pub const DEFAULT: &str = include_str!("default.toml");

/// Puts the settings together; what comes later wins.
///
/// # Errors
/// A sentence that names the setting, where it was set, and what was probably meant.
pub fn load(
    file: Option<&Path>,
    environment: &Environment,
    flags: &[Flag],
) -> anyhow::Result<Config> {
    let mut figment = Figment::from(Toml::string(DEFAULT));
    let variables = environment.settings(&figment)?;
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the configuration {} cannot be read", file.display()))?;
        let parsed: toml::Table = toml::from_str(&text)
            .with_context(|| format!("the configuration {} is not TOML", file.display()))?;
        figment = figment.merge(Named(file.display().to_string(), parsed));
    }
    for (path, value) in variables {
        let source =
            format!("the environment variable REPONO_{}", path.to_uppercase().replace('.', "__"));
        figment = figment.merge(Named(source, nested(&path, value)));
    }
    for (path, value) in flags {
        figment = figment.merge(Named("the command line".to_owned(), nested(path, value.clone())));
    }
    figment.extract().map_err(|error| anyhow::anyhow!(explain(error)))
}

fn nested(path: &str, value: figment::value::Value) -> figment::value::Dict {
    let (first, rest) =
        path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = match rest {
        Some(rest) => nested(rest, value).into(),
        None => value,
    };
    figment::value::Dict::from([(first.to_owned(), value)])
}

/// Settings, and where they come from as an error calls it.
struct Named<T>(String, T);

impl<T: serde::Serialize> figment::Provider for Named<T> {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named(self.0.clone())
    }

    fn data(
        &self,
    ) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        figment::providers::Serialized::defaults(&self.1).data()
    }
}

impl Default for Config {
    #[expect(clippy::expect_used, reason = "a test keeps the default as it must be")]
    fn default() -> Self {
        load(None, &Environment::default(), &[]).expect("default.toml is a whole configuration")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(file: &str, environment: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("repono.toml");
        std::fs::write(&path, file).unwrap();
        let error = load(Some(&path), &Environment::of(environment), &[]).unwrap_err();
        format!("{error:#}").replace(&path.display().to_string(), "repono.toml")
    }

    #[test]
    fn the_default_file_is_a_whole_configuration() {
        let config = Config::default();

        assert_eq!(config.server.listen, "127.0.0.1:8080");
        assert_eq!(config.doi.prefix, "10.5072");
    }

    #[test]
    fn what_comes_later_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("repono.toml");
        std::fs::write(&file, "[server]\nlisten = 'file:1'\nsite_url = 'https://file.example'\n[indexing]\nwait_ms = 1\n").unwrap();
        let environment = Environment::of(&[
            ("SERVER__SITE_URL", "https://env.example"),
            ("SERVER__LISTEN", "env:1"),
            ("DOI__PREFIX", "10.1234"),
        ]);

        let config =
            load(Some(&file), &environment, &[("server.listen", "flag:1".into())]).unwrap();

        assert_eq!(config.server.listen, "flag:1");
        assert_eq!(config.server.site_url, "https://env.example");
        assert_eq!(config.indexing.wait_ms, 1);
        assert_eq!(config.doi.prefix, "10.1234");
    }

    #[test]
    fn an_unknown_setting_is_named_with_its_nearest_neighbour() {
        let told = message("[server]\nlisten_on = '127.0.0.1:1'\n", &[]);

        assert_eq!(
            told,
            "there is no setting server.listen_on (repono.toml): did you mean server.listen?"
        );
    }

    #[test]
    fn an_unknown_variable_is_named_as_it_was_set() {
        let told = message("", &[("SERVR__LISTEN", "127.0.0.1:1")]);

        assert_eq!(
            told,
            "there is no setting servr (the environment variable REPONO_SERVR__LISTEN): did you mean server?"
        );
    }

    #[test]
    fn a_variable_with_single_underscores_is_a_slip_only_if_it_names_a_setting() {
        let told = message("", &[("SERVER_PORT", "1"), ("SERVER_SITE_URL", "https://a.example")]);

        assert_eq!(
            told,
            "the environment variable REPONO_SERVER_SITE_URL sets nothing: did you mean REPONO_SERVER__SITE_URL?"
        );
    }

    #[test]
    fn a_schedule_says_when_in_one_way() {
        let told =
            message("[schedules.nightly]\nkind = 'a.b'\ncron = '0 3 * * *'\nevery = '1d'\n", &[]);

        assert_eq!(
            told,
            "the setting schedules.nightly (repono.toml) is wrong: it has cron and every, and one of them says when"
        );
        let told = message("[schedules.nightly]\nkind = 'a.b'\ncorn = '0 3 * * *'\n", &[]);
        assert!(told.contains("did you mean schedules.nightly.cron?"), "{told}");
    }

    #[test]
    fn a_schedule_needs_a_kind_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("repono.toml");
        std::fs::write(
            &file,
            "[schedules.bare]\nkind = 'a.b'\n[schedules.whole]\nkind = 'a.b'\nevery = '15m'\n\
             payload = { batch = 7 }\ntimezone = 'Europe/Vienna'\njitter_s = 3\ncatch_up = 'all'\n",
        )
        .unwrap();

        let config = load(Some(&file), &Environment::default(), &[]).unwrap();

        let bare = repono_domain::Plan::from(&config.schedules["bare"]);
        assert_eq!((bare.timing, bare.timezone.as_str(), bare.jitter_s), (None, "UTC", 0));
        let whole = repono_domain::Plan::from(&config.schedules["whole"]);
        assert_eq!(whole.timing.as_deref(), Some("every 15m"));
        assert_eq!(whole.payload, serde_json::json!({"batch": 7}));
        assert_eq!(whole.catch_up, repono_domain::CatchUp::All);
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_told_where_it_stands() {
        let told = message("[tasks]\nworkers = 'many'\n", &[]);

        assert_eq!(
            told,
            "the setting tasks.workers (repono.toml) is wrong: found string \"many\", expected usize"
        );
    }
}
