//! Guests of a few lines: the functions of a core module in WAT, made a component of the contract.

use std::fmt::Write as _;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// A plugin in the making. Functions that a test does not give are `unreachable`.
pub(crate) struct Guest {
    name: &'static str,
    version: &'static str,
    capabilities: &'static [&'static str],
    settings_schema: Option<&'static str>,
    refuses_settings: bool,
    json_schema: &'static str,
    hooks: Vec<&'static str>,
    imports: String,
    /// Beyond the hooks.
    world: &'static str,
    functions: String,
    /// What lies in the guest's memory from [`DATA`] on.
    data: Vec<u8>,
}

/// Constants of the guest start here, [`HEAP`] is what it allocates from.
const DATA: usize = 1024;
const HEAP: usize = 32 * 1024;

/// The flat parameters of `check`: context, collection, documents.
pub(crate) const CHECK: &str = "(export \"repono:plugin/schema@1.0.0#check\") (param i32 i32 i32 i32 i32 i32 i32 i64 i64 i32 i32 i32 i32 i32 i32 i32) (result i32)";
/// `execute` has so many that they come in memory; the task's handle lies 80 bytes behind.
pub(crate) const EXECUTE: &str =
    "(export \"repono:plugin/task@1.0.0#execute\") (param $arguments i32) (result i32)";

impl Guest {
    pub(crate) fn new() -> Self {
        Self {
            name: "guest",
            version: "1.0.0",
            capabilities: &[],
            settings_schema: None,
            refuses_settings: false,
            json_schema: "{}",
            hooks: Vec::new(),
            imports: String::new(),
            world: "",
            functions: String::new(),
            data: Vec::new(),
        }
    }

    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    pub(crate) fn asking_for(mut self, capabilities: &'static [&'static str]) -> Self {
        self.capabilities = capabilities;
        self
    }

    pub(crate) fn with_settings(mut self, schema: &'static str) -> Self {
        self.settings_schema = Some(schema);
        self
    }

    /// Says no to every configuration.
    pub(crate) fn refusing_settings(mut self) -> Self {
        self.refuses_settings = true;
        self
    }

    /// Gives the collection another JSON Schema than `{}`.
    pub(crate) fn json_schema(mut self, schema: &'static str) -> Self {
        self.json_schema = schema;
        self
    }

    /// Adds a function that the guest imports.
    pub(crate) fn importing(mut self, import: &str) -> Self {
        self.imports.push_str(import);
        self
    }

    /// Adds to the world what its hooks do not have.
    pub(crate) fn beside(mut self, world: &'static str) -> Self {
        self.world = world;
        self
    }

    /// Adds a function `$wasi`, as if a standard library had left it there.
    pub(crate) fn importing_wasi(self) -> Self {
        self.beside("import wasi:cli/environment@0.2.0;").importing(
            "(import \"wasi:cli/environment@0.2.0\" \"count\" (func $wasi (result i32)))",
        )
    }

    /// Adds a function of the guest's own.
    pub(crate) fn function(mut self, function: &str) -> Self {
        self.functions.push_str(function);
        self
    }

    /// Adds a hook with the collection `things`.
    pub(crate) fn schema(mut self, check: &str) -> Self {
        self.hooks.push("schema-hook");
        let described = self.collection();
        let _ = write!(
            self.functions,
            "(func (export \"repono:plugin/schema@1.0.0#describe\") (result i32) (i32.const {described}))
             (func (export \"repono:plugin/schema@1.0.0#migrate\") (param i32) (result i32) (unreachable))
             (func {CHECK} {check})"
        );
        self
    }

    /// Adds a hook with the task `work`, which may take a minute.
    pub(crate) fn task(mut self, execute: &str) -> Self {
        self.hooks.push("task-hook");
        let described = self.kind();
        let _ = write!(
            self.functions,
            "(func (export \"repono:plugin/task@1.0.0#describe\") (result i32) (i32.const {described}))
             (func {EXECUTE} {execute})"
        );
        self
    }

    /// Puts a text into memory: its address.
    pub(crate) fn text(&mut self, text: &str) -> (usize, usize) {
        (self.put(text.as_bytes()), text.len())
    }

    /// Puts 32-bit numbers into memory: their address.
    pub(crate) fn words(&mut self, words: &[usize]) -> usize {
        let bytes: Vec<u8> =
            words.iter().flat_map(|word| u32::try_from(*word).unwrap().to_le_bytes()).collect();
        self.put(&bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> usize {
        self.data.resize(self.data.len().next_multiple_of(8), 0);
        let at = DATA + self.data.len();
        self.data.extend_from_slice(bytes);
        at
    }

    fn descriptor(&mut self) -> usize {
        let (name, version, summary) =
            (self.text(self.name), self.text(self.version), self.text("a guest"));
        let capabilities: Vec<usize> = self
            .capabilities
            .iter()
            .flat_map(|asked| <[usize; 2]>::from(self.text(asked)))
            .collect();
        let list = self.words(&capabilities);
        let settings = self.settings_schema.map(|schema| self.text(schema));
        let (has_settings, at, len) = settings.map_or((0, 0, 0), |(at, len)| (1, at, len));
        let fields = [
            name.0,
            name.1,
            version.0,
            version.1,
            summary.0,
            summary.1,
            list,
            self.capabilities.len(),
            has_settings,
            at,
            len,
            1,
            0,
            0,
            0,
        ];
        self.words(&fields)
    }

    fn collection(&mut self) -> usize {
        let (name, schema) = (self.text("things"), self.text(self.json_schema));
        let search = self.text("{}");
        let fields =
            [name.0, name.1, 1, 0, 0, schema.0, schema.1, search.0, search.1, 1, 0, 0, 0, 0, 0, 0];
        let collection = self.words(&fields);
        self.words(&[collection, 1])
    }

    fn kind(&mut self) -> usize {
        let (name, schema) = (self.text("work"), self.text("{}"));
        let fields = [
            name.0, name.1, name.0, name.1, schema.0, schema.1, name.0, name.1, 1, 60_000, 1, 0, 0,
            0, 0, 0, 0,
        ];
        let kind = self.words(&fields);
        self.words(&[kind, 1])
    }

    /// Encodes it.
    pub(crate) fn build(mut self) -> Vec<u8> {
        let descriptor = self.descriptor();
        let reason = self.text("I know no such place");
        let refused = usize::from(self.refuses_settings);
        let configured = self.words(&[refused, 0, reason.0, reason.1, 0, 0]);
        let data = self.data.iter().fold(String::new(), |data, byte| format!("{data}\\{byte:02x}"));
        assert!(DATA + self.data.len() < HEAP);
        let module = format!(
            "(module
               {imports}
               (memory (export \"memory\") 2)
               (global $top (mut i32) (i32.const {HEAP}))
               (data (i32.const {DATA}) \"{data}\")
               (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)
                 (local $at i32)
                 (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
                 (global.set $top (i32.add (local.get $at) (local.get 3)))
                 (local.get $at))
               (func (export \"repono:plugin/manifest@1.0.0#describe\") (result i32) (i32.const {descriptor}))
               (func (export \"repono:plugin/manifest@1.0.0#configure\") (param i32 i32) (result i32) (i32.const {configured}))
               {functions})",
            imports = self.imports,
            functions = self.functions,
        );
        let hooks: String = self
            .hooks
            .iter()
            .fold("include repono:plugin/manifest-hook@1.0.0;".to_owned(), |world, hook| {
                format!("{world} include repono:plugin/{hook}@1.0.0;")
            });
        encode(&wat::parse_str(module).unwrap(), &format!("{hooks} {}", self.world))
    }
}

/// A plugin whose functions are all `unreachable`.
pub(crate) fn dummy(world: &str) -> Vec<u8> {
    let (resolve, world) = resolve(world);
    let mut module = wit_component::dummy_module(
        &resolve,
        world,
        wit_parser::ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync),
    );
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .unwrap();
    component(&module)
}

fn encode(module: &[u8], world: &str) -> Vec<u8> {
    let (resolve, world) = resolve(world);
    let mut module = module.to_vec();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .unwrap();
    component(&module)
}

fn component(module: &[u8]) -> Vec<u8> {
    ComponentEncoder::default().module(module).unwrap().validate(true).encode().unwrap()
}

fn resolve(world: &str) -> (Resolve, wit_parser::WorldId) {
    let mut resolve = Resolve::default();
    resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/plugin-1.0.0")).unwrap();
    resolve
        .push_str(
            "wasi.wit",
            "package wasi:cli@0.2.0; interface environment { count: func() -> u32; }",
        )
        .unwrap();
    let package = resolve
        .push_str("guest.wit", &format!("package test:guest; world guest {{ {world} }}"))
        .unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    (resolve, world)
}
