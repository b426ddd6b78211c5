//! The names of the contract: which hooks are run here, which imports are offered.

use repono_service::ports::Refusal;

use crate::anatomy::Anatomy;

/// The contract that this server speaks.
pub(crate) const VERSION: &str = "1.0.0";
/// What every plugin exports.
pub(crate) const MANIFEST: &str = "manifest";
/// What a plugin may import unasked.
pub(crate) const FREE: [&str; 3] = ["types", "log", "task-host"];
/// What a plugin may import if the operator grants it.
pub(crate) const GRANTABLE: [&str; 3] = ["records", "kv", "fetch"];

const HOOKS: [&str; 5] = ["schema", "vocabularies", "indexer", "exporter", "task"];
const DESIGNED_HOOKS: [&str; 5] =
    ["importer", "file-processor", "event-hook", "pid-provider", "access-policy"];
const DESIGNED_IMPORTS: [&str; 1] = ["streams"];

/// Whose an import or export is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Owner<'a> {
    /// `repono:plugin/{interface}@{version}`.
    Contract { interface: &'a str, version: &'a str },
    /// `wasi:…`
    Wasi,
    /// Of nobody we know.
    Stranger,
}

/// Reads the name of an import or export.
pub(crate) fn owner(name: &str) -> Owner<'_> {
    if let Some(rest) = name.strip_prefix("repono:plugin/") {
        let (interface, version) = rest.split_once('@').unwrap_or((rest, "0"));
        Owner::Contract { interface, version }
    } else if name.starts_with("wasi:") {
        Owner::Wasi
    } else {
        Owner::Stranger
    }
}

/// The contract's interfaces among `names`, without their version.
pub(crate) fn interfaces(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().filter_map(|name| match owner(name) {
        Owner::Contract { interface, .. } => Some(interface),
        Owner::Wasi | Owner::Stranger => None,
    })
}

/// Refuses what could never run here, whatever the operator grants.
pub(crate) fn check(anatomy: &Anatomy) -> Result<(), Refusal> {
    for name in anatomy.imports.iter().chain(&anatomy.exports) {
        check_version(name)?;
    }
    anatomy.exports.iter().try_for_each(|name| check_export(name))?;
    anatomy.imports.iter().try_for_each(|name| check_import(name))?;
    if interfaces(&anatomy.exports).any(|interface| interface == MANIFEST) {
        Ok(())
    } else {
        Err(Refusal("is a component but no plugin: it does not export `manifest`".to_owned()))
    }
}

fn check_version(name: &str) -> Result<(), Refusal> {
    match owner(name) {
        Owner::Contract { version, .. } if version != VERSION => Err(Refusal(format!(
            "is built against contract {version}, this server speaks {VERSION}"
        ))),
        _ => Ok(()),
    }
}

/// Toolchains leave exports of their own behind, which nobody calls.
fn check_export(name: &str) -> Result<(), Refusal> {
    let Owner::Contract { interface, .. } = owner(name) else { return Ok(()) };
    if interface == MANIFEST || HOOKS.contains(&interface) {
        return Ok(());
    }
    Err(Refusal(if DESIGNED_HOOKS.contains(&interface) {
        format!(
            "exports `{interface}`: the hook {interface} is designed, but this server does not run it yet"
        )
    } else {
        format!("exports `{interface}`, which contract {VERSION} does not have")
    }))
}

fn check_import(name: &str) -> Result<(), Refusal> {
    let interface = match owner(name) {
        Owner::Wasi => return Ok(()),
        Owner::Stranger => {
            return Err(Refusal(format!(
                "imports `{name}`, which is no part of the contract: a plugin may import `repono:plugin/…` alone"
            )));
        }
        Owner::Contract { interface, .. } => interface,
    };
    if FREE.contains(&interface) || GRANTABLE.contains(&interface) {
        Ok(())
    } else {
        Err(not_offered(interface))
    }
}

/// Nobody can grant it.
pub(crate) fn not_offered(interface: &str) -> Refusal {
    Refusal(if DESIGNED_IMPORTS.contains(&interface) {
        format!("asks for `{interface}`, which is designed, but this server does not offer it yet")
    } else {
        format!("asks for `{interface}`, which contract {VERSION} does not have")
    })
}
