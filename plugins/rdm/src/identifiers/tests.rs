use super::*;
use proptest::prelude::*;

#[track_caller]
fn reads(name: &str, pairs: &[(&str, &str)]) {
    let scheme = scheme(name).expect("a scheme");
    for (text, normal) in pairs {
        assert_eq!(scheme.read(text).as_deref(), Some(*normal), "{name} {text}");
        assert_eq!(scheme.read(normal).as_deref(), Some(*normal), "{name} {normal}");
    }
}

#[track_caller]
fn refuses(name: &str, texts: &[&str]) {
    let scheme = scheme(name).expect("a scheme");
    for text in texts {
        assert_eq!(scheme.read(text), None, "{name} {text}");
    }
}

#[test]
fn an_orcid_is_read_from_its_link_and_checked() {
    reads(
        "orcid",
        &[
            ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
            ("0000 0001 5109 3700", "0000-0001-5109-3700"),
            ("0000-0002-1694-233x", "0000-0002-1694-233X"),
            ("0009-0004-1456-1447", "0009-0004-1456-1447"),
        ],
    );
    refuses(
        "orcid",
        &["0000-0002-1825-0098", "0000-0001-2156-142X", "1234", "0000-0002-X825-0097"],
    );
}

#[test]
fn an_isni_is_checked() {
    reads(
        "isni",
        &[
            ("000000012156142X", "0000 0001 2156 142X"),
            ("https://isni.org/isni/0000000121032683", "0000 0001 2103 2683"),
        ],
    );
    refuses("isni", &["0000 0001 2156 1421", "0000 0001 2156"]);
}

#[test]
fn a_gnd_is_checked_by_the_rule_of_its_kind() {
    reads(
        "gnd",
        &[
            ("118604740", "gnd:118604740"),
            ("gnd:4079154-3", "gnd:4079154-3"),
            ("https://d-nb.info/gnd/2024315-7", "gnd:2024315-7"),
            ("GND:118540238", "gnd:118540238"),
        ],
    );
    refuses("gnd", &["118604741", "4079154-4", "abc", "-1", "0-0"]);
}

#[test]
fn a_ror_is_checked() {
    reads("ror", &[("https://ror.org/01ggx4157", "01ggx4157"), ("ROR.org/02EX6CF31", "02ex6cf31")]);
    refuses("ror", &["01ggx4158", "11ggx4157", "01ggu4157", "01ggx415"]);
}

#[test]
fn every_ror_of_the_vocabularies_passes() {
    let shipped = [
        include_str!("../../vocabularies/affiliations.ndjson"),
        include_str!("../../vocabularies/funders.ndjson"),
    ];
    for line in shipped.iter().flat_map(|text| text.lines()) {
        let id = &line[7..16];
        assert!(scheme("ror").unwrap().read(id).is_some(), "{id}");
    }
}

#[test]
fn a_doi_loses_its_prefix_and_keeps_its_case() {
    reads(
        "doi",
        &[
            ("doi:10.7483/OPENDATA.CMS", "10.7483/OPENDATA.CMS"),
            ("DOI: 10.1234/a/b", "10.1234/a/b"),
            ("https://dx.doi.org/10.1000.10/123456", "10.1000.10/123456"),
            ("doi.org/10.1/x", "10.1/x"),
        ],
    );
    refuses("doi", &["10.1234", "10.1234/", "11.1/x", "10./x", "10.1a/x", "10.1/a b"]);
}

#[test]
fn handles_are_read_from_their_links() {
    reads(
        "handle",
        &[("hdl:2117/12", "2117/12"), ("https://hdl.handle.net/hdl:20.500.1/a", "20.500.1/a")],
    );
    refuses("handle", &["2117", "/a", "a..b/c", "https://example.org/a"]);
}

#[test]
fn arxiv_ids_of_both_ages_have_one_form() {
    reads(
        "arxiv",
        &[
            ("2101.00001", "arXiv:2101.00001"),
            ("https://arxiv.org/abs/2101.00001v2", "arXiv:2101.00001v2"),
            ("arxiv:math.GT/0309136", "arXiv:math/0309136"),
            ("hep-th/9901001v3", "arXiv:hep-th/9901001v3"),
            ("arXiv:hep-th/1601.07616", "arXiv:1601.07616"),
        ],
    );
    refuses("arxiv", &["2101.1", "hep-th", "hep-th/12", "2101.00001vX", "9901001"]);
}

#[test]
fn books_and_journals_are_checked() {
    reads(
        "isbn",
        &[
            ("0-306-40615-2", "9780306406157"),
            ("978-0-306-40615-7", "978-0-306-40615-7"),
            ("ISBN 9780306406157", "9780306406157"),
            ("080442957X", "9780804429573"),
        ],
    );
    refuses("isbn", &["978-0-306-40615-8", "0-306-40615-3", "4006381333931"]);
    reads("issn", &[("03785955", "0378-5955"), ("2434-561x", "2434-561X")]);
    refuses("issn", &["0378-5954"]);
    reads("ean13", &[("4006381333931", "4006381333931")]);
    refuses("ean13", &["4006381333932"]);
    reads("upc", &[("036000291452", "036000291452")]);
    refuses("upc", &["036000291453"]);
    reads(
        "istc",
        &[
            ("0A9 2002 12B4A105 7", "0A9 2002 12B4A105 7"),
            ("0A9-2002-12b4a105-7", "0A9-2002-12B4A105-7"),
        ],
    );
    refuses("istc", &["0A9-2002-12B4A105-8", "0A9"]);
}

#[test]
fn names_in_namespaces_are_read() {
    reads(
        "urn",
        &[
            ("https://nbn-resolving.org/urn:nbn:de:101:1-2", "urn:nbn:de:101:1-2"),
            ("URN:isbn:123", "urn:isbn:123"),
        ],
    );
    refuses("urn", &["nbn:de", "urn:", "urn:a", "urn:nbn:"]);
    reads("lsid", &[("urn:lsid:ubio.org:namebank:11815", "urn:lsid:ubio.org:namebank:11815")]);
    refuses("lsid", &["urn:lsid:ubio.org", "urn:nbn:a:b:c"]);
    reads(
        "ark",
        &[
            ("ark:/12148/btv1b", "ark:/12148/btv1b"),
            ("https://n2t.net/ark:/1/a", "https://n2t.net/ark:/1/a"),
        ],
    );
    refuses("ark", &["ark:/a/b", "ark:/123", "12148/x"]);
    reads("cstr", &[("31253.11.sciencedb.001", "CSTR:31253.11.sciencedb.001")]);
    reads("igsn", &[("IGSN:AU1101", "AU1101"), ("10.58052/IECUR0097", "10.58052/IECUR0097")]);
    reads("rrid", &[("rrid:AB_2298772", "RRID:AB_2298772")]);
    refuses("rrid", &["AB_2298772"]);
}

#[test]
fn numbers_in_lists_are_read_from_their_links() {
    reads("pmid", &[("https://pubmed.ncbi.nlm.nih.gov/17909182/", "17909182"), ("pmid:1", "1")]);
    reads("grid", &[("https://www.grid.ac/institutes/grid.9132.9", "grid.9132.9")]);
    reads("wikidata", &[("https://www.wikidata.org/wiki/Q42944", "Q42944")]);
    reads("geonames", &[("https://www.geonames.org/2661235/cern.html", "2661235")]);
    reads(
        "crossreffunderid",
        &[
            ("https://doi.org/10.13039/501100000780", "10.13039/501100000780"),
            ("501100000780", "501100000780"),
        ],
    );
    refuses("crossreffunderid", &["10.1234/1"]);
    reads("ads", &[("ads:1924MNRAS..84..308E", "1924MNRAS..84..308E")]);
    refuses("ads", &["1924MNRAS..84..308", "MNRAS1924..84..308E"]);
}

#[test]
fn links_have_a_host() {
    reads("url", &[("https://opendata.cern.ch/record/1", "https://opendata.cern.ch/record/1")]);
    refuses("url", &["opendata.cern.ch", "https:///x", "https://a b", "1://x"]);
    reads("purl", &[("https://purl.org/dc/terms", "https://purl.org/dc/terms")]);
    refuses("purl", &["https://example.org/dc", "https://purl.org"]);
    reads("w3id", &[("https://w3id.org/ro/crate", "https://w3id.org/ro/crate")]);
    assert!(is_web_address("https://a.org"));
    assert!(!is_web_address("javascript://a.org"));
}

#[test]
fn the_scheme_is_told_from_the_text() {
    for (text, name) in [
        ("https://doi.org/10.1234/foo", "doi"),
        ("ark:/12148/btv1b", "ark"),
        ("https://hdl.handle.net/2117/1", "handle"),
        ("2117/1", "handle"),
        ("https://w3id.org/a", "w3id"),
        ("http://purl.org/a", "purl"),
        ("urn:lsid:a:b:c", "lsid"),
        ("urn:nbn:de:1", "urn"),
        ("1924MNRAS..84..308E", "ads"),
        ("2101.00001", "arxiv"),
        ("hep-th/9901001", "arxiv"),
        ("9780306406157", "isbn"),
        ("4006381333931", "ean13"),
        ("0378-5955", "issn"),
        ("17909182", "pmid"),
        ("https://example.org/2117/1", "url"),
        ("Q42", "wikidata"),
    ] {
        assert_eq!(detect(text, WORKS).map(|scheme| scheme.name), Some(name), "{text}");
    }
    assert!(detect("nothing known", WORKS).is_none());
    assert_eq!(detect("0000-0002-1825-0097", PERSONS).map(|scheme| scheme.name), Some("orcid"));
    assert_eq!(detect("https://ror.org/01ggx4157", PERSONS).map(|scheme| scheme.name), Some("ror"));
}

#[test]
fn every_allowed_scheme_is_known() {
    for name in [PERSONS, AFFILIATIONS, FUNDERS, AWARDS, PLACES, WORKS].concat() {
        assert!(scheme(name).is_some(), "{name}");
    }
    assert_eq!(WORKS.len(), 26);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn what_is_read_is_read_as_itself(
        prefix in prop::sample::select(vec!["", "doi:", "hdl:", "https://", "urn:", "urn:urn:", "gnd:", "arxiv:", "orcid:", "isbn ", "https://orcid.org/", "https://doi.org/", "hdl:hdl:", "pmid:pmid:", "RRID:rrid:", "Q", "igsn:", "isni"]),
        body in "[0-9xXa-z:/. -]{0,22}|10\\.[0-9]{1,4}/\\PC{0,9}|[0-9]{4}-?[0-9]{3}[0-9X]|\\PC{0,30}",
    ) {
        let text = format!("{prefix}{body}");
        let text = crate::text::cleaned(&text).unwrap_or(text);
        for scheme in SCHEMES {
            if let Some(once) = scheme.read(&text) {
                prop_assert_eq!(scheme.read(&once), Some(once.clone()), "{}", scheme.name);
                prop_assert_eq!(crate::text::cleaned(&once), None, "{}", scheme.name);
            }
        }
        let _ = detect(&text, WORKS);
    }
}
