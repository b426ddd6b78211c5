//! The program's commands, as a shell runs them: with a server on the data folder and without one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, and says why")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

/// Exit codes, as `repono --help` lists them.
const FAILED: i32 = 1;
const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const NOT_FOUND: i32 = 4;
const CONFLICT: i32 = 5;
const UNAVAILABLE: i32 = 6;

const DOCUMENTS: usize = 40;

/// A data folder with settings, and commands on it.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Compiling all that is embedded takes long and is tested elsewhere.
        std::fs::write(folder.path().join("repono.toml"), "plugins.embedded = false\n").unwrap();
        Self { folder }
    }

    /// With the collection `biotools`.
    fn with_biotools() -> Self {
        let site = Self::new();
        let plugin = root().join("target/plugins/biotools.wasm");
        assert!(plugin.exists(), "`cargo xtask plugins` builds {}", plugin.display());
        site.json(&["plugin", "install", path(&plugin), "--activate"]);
        site
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repono"));
        command.args(arguments).arg("--data").arg(self.file("data"));
        command.arg("--config").arg(self.file("repono.toml"));
        command.env_remove("REPONO_URL").env_remove("REPONO_TOKEN");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command that succeeds says to scripts: one JSON document and nothing else.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn serve(&self) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Server(child);
        let (begun, told) = (Instant::now(), self.file("data/server.json"));
        while !told.exists() {
            assert!(begun.elapsed() < Duration::from_mins(1), "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Where its server is.
    fn url(&self) -> String {
        let told = std::fs::read(self.file("data/server.json")).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        told["url"].as_str().unwrap().to_owned()
    }
}

/// Ended when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Real documents, and between them a line that is none.
fn documents(file: &Path) {
    let packed = std::fs::File::open(root().join("tests/fixtures/biotools.ndjson.gz")).unwrap();
    let mut lines: Vec<String> = BufReader::new(MultiGzDecoder::new(packed))
        .lines()
        .take(DOCUMENTS)
        .collect::<Result<_, _>>()
        .unwrap();
    lines.insert(DOCUMENTS / 2, "{\"name\":".to_owned());
    let mut written = std::fs::File::create(file).unwrap();
    written.write_all(lines.join("\n").as_bytes()).unwrap();
}

fn lines(text: &[u8]) -> Vec<Value> {
    serde_json::Deserializer::from_slice(text).into_iter().collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_is_imported_without_a_server_is_known_to_one_and_comes_out_of_it_again() {
    let site = Site::with_biotools();
    let (input, refused) = (site.file("documents.ndjson"), site.file("refused.ndjson"));
    documents(&input);
    let import = [
        "import",
        "--collection",
        "biotools",
        path(&input),
        "--publish",
        "--refused",
        path(&refused),
        "--json",
    ];

    let without = site.run(&import);
    let _server = site.serve();
    let with = site.run(&import);
    let exported = site.run(&["export", "--collection", "biotools"]);

    for (output, created, known) in [(without, DOCUMENTS, 0), (with, 0, DOCUMENTS)] {
        assert_eq!(output.status.code(), Some(REFUSED), "{}", said(&output));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let wanted = serde_json::json!({"created": created, "known": known, "refused": 1});
        assert_eq!(told, wanted, "{}", said(&output));
    }
    let entries = lines(&std::fs::read(&refused).unwrap());
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["line"], DOCUMENTS / 2 + 1, "{}", entries[0]);
    assert_eq!(entries[0]["text"], "{\"name\":", "{}", entries[0]);
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    assert_eq!(lines(&exported.stdout).len(), DOCUMENTS);
}

#[test]
fn commands_on_one_data_folder_at_once_wait_for_each_other() {
    let site = Site::new();
    let names = ["a@example.org", "b@example.org", "c@example.org"];

    let begun = names.map(|email| {
        let mut command = site.command(&["user", "create", email, "--json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });

    for child in begun {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let users = site.json(&["user", "list"]).to_string();
    assert!(names.iter().all(|email| users.contains(email)), "{users}");
}

#[test]
fn a_command_ends_with_the_code_that_help_lists_and_a_sentence() {
    let site = Site::new();
    site.json(&["user", "create", "it@example.org"]);
    let nobody = "http://127.0.0.1:9";
    let data = site.file("file");
    std::fs::write(&data, "").unwrap();

    for (arguments, code, word) in [
        (&["import", "--kollektion", "records", "x"][..], USAGE, "--collection"),
        (&["task", "show", "nonesuch"], NOT_FOUND, "nonesuch"),
        (&["export", "--collection", "nonesuch"], NOT_FOUND, "nonesuch"),
        (&["user", "create", "it@example.org"], CONFLICT, "already"),
        (&["user", "list", "--url", nobody, "--token", "x"], UNAVAILABLE, nobody),
        (&["import", "--collection", "records", "nonesuch.ndjson"], FAILED, "nonesuch.ndjson"),
        (&["plugin", "install", path(&data)], FAILED, "not"),
    ] {
        let output = site.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(word), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_token_reaches_as_far_as_its_scopes_and_its_life() {
    let site = Site::new();
    let _server = site.serve();
    let url = site.url();
    let made = site.json(&[
        "token",
        "create",
        "--scope",
        "read,admin",
        "--name",
        "short",
        "--expires",
        "1h",
    ]);
    let reads = site.json(&["token", "create", "--scope", "read"]);
    let as_holder = |token: &Value| {
        let secret = token["secret"].as_str().unwrap();
        site.run(&["user", "list", "--url", &url, "--token", secret])
    };

    let (before, narrow) = (as_holder(&made), as_holder(&reads));
    site.json(&["token", "revoke", made["id"].as_str().unwrap()]);
    let after = as_holder(&made);

    assert_eq!(before.status.code(), Some(0), "{}", said(&before));
    assert_eq!(narrow.status.code(), Some(FAILED), "{}", said(&narrow));
    assert_eq!(after.status.code(), Some(FAILED), "{}", said(&after));
    let listed = site.json(&["token", "list"]).to_string();
    assert!(!listed.contains(reads["secret"].as_str().unwrap()), "{listed}");
    assert!(made["expires"].is_string(), "{made}");
}

#[test]
fn the_doctor_finds_nothing_wrong_and_says_what_is() {
    let site = Site::new();

    let well = site.json(&["doctor"]);
    std::fs::write(site.file("repono.toml"), "server.lisen = \"127.0.0.1:0\"\n").unwrap();
    let ill = site.run(&["doctor", "--json"]);

    let states = well["checks"].as_array().unwrap().iter().map(|check| &check["state"]);
    assert!(states.clone().count() > 3 && states.clone().all(|state| state != "wrong"), "{well}");
    assert_eq!(ill.status.code(), Some(FAILED), "{}", said(&ill));
    let told: Value = serde_json::from_slice(&ill.stdout).unwrap();
    assert!(told.to_string().contains("server.lisen"), "{told}");
}
