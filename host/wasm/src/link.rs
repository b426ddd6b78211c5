//! Gives a component its imports.

use repono_service::ports::Refusal;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use crate::anatomy::Anatomy;
use crate::bindings::imports_v1::repono::plugin::{fetch, kv};
use crate::bindings::manifest_v1::repono::plugin::log;
use crate::bindings::task_v1::repono::plugin::{records, task_host};
use crate::contract::{Owner, VERSION, owner};
use crate::fault::told;
use crate::state::State;

/// Links what the contract has. Standard toolchains also import WASI, which gets stubs that trap:
/// nothing of it is ever there.
pub(crate) fn link(
    engine: &Engine,
    component: &Component,
    anatomy: &Anatomy,
) -> Result<InstancePre<State>, Refusal> {
    let mut linker =
        linker(engine).map_err(|error| Refusal(format!("cannot be linked: {}", told(&error))))?;
    if anatomy.imports.iter().any(|name| owner(name) == Owner::Wasi) {
        refuse_unknown_functions(engine, component, anatomy)?;
        linker.define_unknown_imports_as_traps(component).map_err(|error| mistyped(&error))?;
    }
    linker.instantiate_pre(component).map_err(|error| mistyped(&error))
}

/// The stubs must not stand in for functions of the contract that there are none of.
fn refuse_unknown_functions(
    engine: &Engine,
    component: &Component,
    anatomy: &Anatomy,
) -> Result<(), Refusal> {
    // A linker takes each name once: what it would take now is none of the contract's.
    let mut ours =
        linker(engine).map_err(|error| Refusal(format!("cannot be linked: {}", told(&error))))?;
    let outside = component.component_type();
    for import in anatomy.imports.iter().filter(|name| owner(name) != Owner::Wasi) {
        let found = outside.get_import(engine, import);
        let Some(ComponentItem::ComponentInstance(instance)) = found.map(|found| found.ty) else {
            continue;
        };
        for (function, found) in instance.exports(engine) {
            let is_function = matches!(found.ty, ComponentItem::ComponentFunc(_));
            let mut names = ours.instance(import).map_err(|error| mistyped(&error))?;
            if is_function && names.func_new(function, |_, _, _, _| Ok(())).is_ok() {
                return Err(Refusal(format!(
                    "imports a function `{function}` of `{import}` that contract {VERSION} does not have: build it with this contract's WIT"
                )));
            }
        }
    }
    Ok(())
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    log::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    records::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    kv::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    fetch::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    task_host::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

/// The linker's own words ("a matching implementation was not found") tell an author nothing.
fn mistyped(error: &wasmtime::Error) -> Refusal {
    let said = error.to_string();
    let import = said.split('`').nth(1).unwrap_or("import");
    Refusal(format!(
        "imports a `{import}` that is not as contract {VERSION} has it ({}): build it with this contract's WIT",
        error.root_cause()
    ))
}
