//! A record with one of everything that InvenioRDM writes as DataCite and BibTeX.

use repono_sdk::{Value, serde_json};

use crate::{
    full_record::{golden, pretty, read},
    host::{self, Host},
};

#[test]
fn it_is_written_as_inveniordm_writes_it() {
    let record = Host::new().with_terms(&read("small.json"));
    let datacite: Value = serde_json::from_str(&host::export("datacite-json", &record)).unwrap();

    golden("small.datacite.json", &pretty(&datacite));
    golden("small.bib", &host::export("bibtex", &record));
}
