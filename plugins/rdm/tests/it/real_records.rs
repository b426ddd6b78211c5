//! Records of the CERN Open Data portal (metadata CC0), as their depositor would send them.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
};

use flate2::read::GzDecoder;
use repono_sdk::{Value, serde_json};

use crate::host::{self, Host};

#[test]
fn real_records_are_valid_and_have_all_their_forms() {
    let host = Host::new();
    let mut refused: Vec<String> = Vec::new();
    let mut count = 0;
    for line in lines() {
        let mut body: Value = serde_json::from_str(&line).unwrap();
        let title = body["metadata"]["title"].to_string();
        let found = host.check(&mut body);
        count += 1;
        if !found.is_empty() {
            refused.push(format!("{title}: {}", found.join("; ")));
            continue;
        }

        let mut again = body.clone();
        assert_eq!(host.check(&mut again), Vec::<String>::new(), "{title}");
        assert_eq!(again, body, "{title} changes when it is checked again");
        let record = host.with_terms(&body);
        let datacite: Value =
            serde_json::from_str(&host::export("datacite-json", &record)).unwrap();
        assert_eq!(
            datacite["creators"].as_array().map(Vec::len),
            body["metadata"]["creators"].as_array().map(Vec::len)
        );
        assert!(host::export("bibtex", &record).starts_with('@'), "{title}");
        assert_eq!(host::index(&record)["metadata"]["title"], body["metadata"]["title"]);
    }

    assert!(count >= 150, "only {count} records were read");
    assert!(refused.is_empty(), "{} of {count} refused:\n{}", refused.len(), refused.join("\n"));
}

fn lines() -> impl Iterator<Item = String> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")).unwrap();
    let packed = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|name| name == "gz"));
    packed.flat_map(|path| {
        BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines().map(Result::unwrap)
    })
}
