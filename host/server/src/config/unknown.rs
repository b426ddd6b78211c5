//! What is wrong with a setting, and what was probably meant.

use figment::error::Kind;

/// How alike two names must be for one to be a slip of the other.
const ALIKE: f64 = 0.7;

/// A sentence without a full stop for each error.
pub(super) fn explain(errors: figment::Error) -> String {
    errors.into_iter().map(|error| one(&error)).collect::<Vec<_>>().join("; ")
}

fn one(error: &figment::Error) -> String {
    let source =
        error.metadata.as_ref().map(|metadata| format!(" ({})", metadata.name)).unwrap_or_default();
    let path = error.path.join(".");
    match &error.kind {
        Kind::UnknownField(name, known) => {
            let section = error
                .path
                .iter()
                .filter(|part| *part != name)
                .fold(String::new(), |path, part| path + part + ".");
            let meant = match nearest(name, known) {
                Some(nearest) => format!("did you mean {section}{nearest}?"),
                None => format!("there are {}", known.join(", ")),
            };
            format!("there is no setting {section}{name}{source}: {meant}")
        }
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            format!("the setting {path}{source} is wrong: found {found}, expected {expected}")
        }
        other => format!("the setting {path}{source} is wrong: {other}"),
    }
}

fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let alike = known.iter().map(|known| (strsim::jaro_winkler(name, known), *known));
    let best = alike.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 >= ALIKE).then_some(best.1)
}
