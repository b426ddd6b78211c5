//! What a plugin asks for against what the operator grants.

use repono_service::ports::{Grants, Hosts, Refusal};

use crate::bindings::manifest_v1::exports::repono::plugin::manifest::Descriptor;
use crate::contract::{self, FREE, GRANTABLE};

/// Refuses a plugin that imports more than it says, or says more than it was granted.
pub(crate) fn check(
    descriptor: &Descriptor,
    imports: &[String],
    grants: &Grants,
) -> Result<(), Refusal> {
    let asked: Vec<&str> = descriptor
        .capabilities
        .iter()
        .map(String::as_str)
        .filter(|asked| !FREE.contains(asked))
        .collect();

    for interface in &asked {
        if !GRANTABLE.contains(interface) {
            return Err(contract::not_offered(interface));
        }
        if !grants.allow(interface) {
            return Err(Refusal(ask(interface)));
        }
    }
    for interface in contract::interfaces(imports).filter(|interface| !FREE.contains(interface)) {
        if !asked.contains(&interface) {
            return Err(Refusal(format!(
                "imports `{interface}`, but its manifest does not ask for it: add it to `capabilities`"
            )));
        }
    }
    Ok(())
}

fn ask(interface: &str) -> String {
    if interface == "fetch" {
        return "asks for `fetch`: grant it with --grant fetch:HOST, for each host that it may send requests to"
            .to_owned();
    }
    format!("asks for `{interface}`: grant it with --grant {interface}")
}

/// Where it may send requests to.
pub(crate) fn hosts(grants: &Grants) -> Result<Hosts, Refusal> {
    grants.hosts().map_err(|wrong| {
        let wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
        Refusal(format!("cannot be granted what was asked: {}", wrong.join("; ")))
    })
}

/// Refuses settings that the plugin's own schema would not have.
pub(crate) fn check_settings(descriptor: &Descriptor, grants: &Grants) -> Result<(), Refusal> {
    let Some(settings) = &grants.settings else { return Ok(()) };
    let Some(schema) = &descriptor.settings_schema else {
        return Err(Refusal("takes no settings, but was given some".to_owned()));
    };

    let schema = serde_json::from_str(schema)
        .map_err(|error| Refusal(format!("has a settings schema that is not JSON: {error}")))?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| {
        Refusal(format!("has a settings schema that is not a JSON Schema: {error}"))
    })?;
    validator.validate(settings).map_err(|error| {
        let at = error.instance_path().to_string();
        Refusal(format!(
            "wants other settings{}: {error}",
            if at.is_empty() { at } else { format!(" at {at}") }
        ))
    })
}
