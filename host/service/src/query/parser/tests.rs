use std::collections::BTreeMap;

use proptest::prelude::*;

use super::grammar::{Node, Occur};
use super::*;
use crate::ports::{Field, FieldKind};
use crate::query::Bound;

fn definition() -> IndexDefinition {
    let fields = [
        ("created", FieldKind::Date),
        ("internal.readers", FieldKind::Keyword),
        ("is_published", FieldKind::Boolean),
        ("metadata.creators.name", FieldKind::Text),
        ("metadata.description", FieldKind::Text),
        ("metadata.place", FieldKind::GeoPoint),
        ("metadata.resource_type.id", FieldKind::Keyword),
        ("metadata.title", FieldKind::Text),
        ("versions.index", FieldKind::Long),
    ];
    let aliases = [
        ("title", "metadata.title"),
        ("type", "metadata.resource_type.id"),
        ("secret", "internal.readers"),
    ];
    IndexDefinition {
        fields: fields
            .into_iter()
            .map(|(path, kind)| Field { path: path.to_owned(), kind })
            .collect(),
        aliases: aliases
            .into_iter()
            .map(|(name, path)| (name.to_owned(), path.to_owned()))
            .collect::<BTreeMap<_, _>>(),
        default_fields: vec![
            ("metadata.title".to_owned(), 2.0),
            ("metadata.description".to_owned(), 1.0),
        ],
        suggest: Vec::new(),
    }
}

/// A query as one would say it, the default fields unnamed.
fn said(query: &Query) -> String {
    let named = |fields: &[(String, f32)]| {
        let paths: Vec<&str> = fields.iter().map(|(path, _)| path.as_str()).collect();
        if paths == ["metadata.title", "metadata.description"] {
            String::new()
        } else {
            format!("{} ", paths.join(","))
        }
    };
    let list = |queries: &[Query], sign: &str| {
        queries.iter().map(|query| format!("{sign}{}", said(query))).collect::<Vec<_>>()
    };
    let bound = |bound: &Bound, open: &str, closed: &str| match bound {
        Bound::Open => "*".to_owned(),
        Bound::Included(text) => format!("{closed}{text}"),
        Bound::Excluded(text) => format!("{open}{text}"),
    };
    match query {
        Query::All => "all".to_owned(),
        Query::Nothing => "nothing".to_owned(),
        Query::Words { fields, text } => format!("{}{text}", named(fields)),
        Query::Phrase { fields, text, slop } => format!("{}\"{text}\"~{slop}", named(fields)),
        Query::Term { field, value } => format!("{field}={value}"),
        Query::Wildcard { fields, pattern } => format!("{}/{pattern}/", named(fields)),
        Query::Fuzzy { fields, word, distance } => format!("{}{word}~{distance}", named(fields)),
        Query::Range { field, from, to } => {
            format!("{field} {} .. {}", bound(from, ">", ">="), bound(to, "<", "<="))
        }
        Query::Exists { field } => format!("exists {field}"),
        Query::Bool { must, should, must_not } => {
            format!(
                "({})",
                [list(must, "+"), list(should, ""), list(must_not, "-")].concat().join(" ")
            )
        }
        Query::Boost(query, weight) => format!("{}^{weight}", said(query)),
        Query::GeoBox { .. } | Query::GeoDistance { .. } => "place".to_owned(),
    }
}

fn read(text: &str) -> String {
    let parsed = parse(text, &definition());
    assert_eq!(parsed.fallback, None, "{text}");
    said(&parsed.query)
}

fn refused(text: &str) -> String {
    let parsed = parse(text, &definition());
    assert!(are_words(&parsed.query), "{text}");
    parsed.fallback.expect(text)
}

/// None, one, or any of several.
fn are_words(query: &Query) -> bool {
    match query {
        Query::Words { .. } | Query::Nothing => true,
        Query::Bool { must, should, must_not } => {
            must.is_empty() && must_not.is_empty() && should.iter().all(are_words)
        }
        _ => false,
    }
}

#[test]
fn words_are_alternatives_and_signs_and_operators_change_that() {
    for (text, expected) in [
        ("", "all"),
        ("  ", "all"),
        ("*", "all"),
        ("*:*", "all"),
        ("rice", "rice"),
        ("rice genome", "(rice genome)"),
        ("rice OR genome", "(rice genome)"),
        ("rice || genome", "(rice genome)"),
        ("rice AND genome", "(+rice +genome)"),
        ("rice && genome", "(+rice +genome)"),
        ("a OR b AND c", "(+b +c a)"),
        ("a AND b OR c", "(+a +b c)"),
        ("+rice genome -wheat", "(+rice genome -wheat)"),
        ("rice NOT wheat", "(rice -wheat)"),
        ("rice !wheat", "(rice -wheat)"),
        ("rice AND NOT wheat", "(+rice -wheat)"),
        ("NOT wheat", "(-wheat)"),
        ("-wheat", "(-wheat)"),
        ("+rice", "rice"),
        ("(rice)", "rice"),
        ("(a b) AND (c OR (d AND e))", "(+(a b) +(c (+d +e)))"),
        ("-(a b)", "(-(a b))"),
        ("and or not", "(and or not)"),
        ("ANDROID NOTE ORE", "(ANDROID NOTE ORE)"),
        (r"\AND", "AND"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_people_type_without_thinking_of_syntax_is_words() {
    for (text, expected) in [
        ("genes - a review", "(genes a review)"),
        ("C++", "C++"),
        ("wi-fi R&D", "(wi-fi R&D)"),
        ("10.5281/zenodo.1", "10.5281/zenodo.1"),
        ("café 漢字", "(café 漢字)"),
        ("it's 100% <sure>", "(it's 100% <sure>)"),
        ("Hello !", "Hello"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn terms_have_shapes() {
    for (text, expected) in [
        (r#""rice genome""#, r#""rice genome"~0"#),
        (r#""rice genome"~3"#, r#""rice genome"~3"#),
        (r#""a \"quoted\" word""#, r#""a "quoted" word"~0"#),
        ("gen*", "/gen*/"),
        ("G?NE*", "/g?ne*/"),
        (r"a\*b", "a*b"),
        (r"a\*b*", r"/a\*b*/"),
        ("genome~", "genome~2"),
        ("gene~", "gene~1"),
        ("at~", "at"),
        ("genome~1", "genome~1"),
        ("genome~7", "genome~2"),
        ("genome~0.8", "genome~2"),
        ("genome~0", "genome"),
        ("rice^2 genome", "(rice^2 genome)"),
        ("(rice genome)^0.5", "(rice genome)^0.5"),
        (r"a\:b", "a:b"),
        (r"\(a\)", "(a)"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn fields_are_found_by_path_alias_and_pattern() {
    for (text, expected) in [
        ("metadata.title:rice", "metadata.title rice"),
        ("title:rice", "metadata.title rice"),
        ("title: rice", "metadata.title rice"),
        (r#"title:"rice genome"~2"#, r#"metadata.title "rice genome"~2"#),
        ("title:(rice OR genome) wheat", "((metadata.title rice metadata.title genome) wheat)"),
        ("title:(+rice -type:image)", "(+metadata.title rice -metadata.resource_type.id=image)"),
        ("title:gen*", "metadata.title /gen*/"),
        ("type:Im*", "metadata.resource_type.id /Im*/"),
        ("type:image", "metadata.resource_type.id=image"),
        (r#"type:"image photo""#, "metadata.resource_type.id=image photo"),
        ("type:image~", "metadata.resource_type.id image~1"),
        ("title:rice^3", "metadata.title rice^3"),
        ("versions.index:2", "versions.index=2"),
        ("is_published:true", "is_published=true"),
        ("created:2020", "created=2020"),
        (
            "metadata.*:rice",
            "metadata.creators.name,metadata.description,metadata.resource_type.id,metadata.title rice",
        ),
        (
            r"metadata.\*:rice",
            "metadata.creators.name,metadata.description,metadata.resource_type.id,metadata.title rice",
        ),
        ("*.name:zola", "metadata.creators.name zola"),
        ("title:*", "exists metadata.title"),
        ("metadata.place:*", "exists metadata.place"),
        ("metadata.place:here", "nothing"),
        ("_exists_:title", "exists metadata.title"),
        ("_exists_:metadata.creators", "exists metadata.creators.name"),
        ("_exists_:(title OR type)", "(exists metadata.title exists metadata.resource_type.id)"),
        ("-_exists_:title", "(-exists metadata.title)"),
        ("_exists_:nowhere", "nothing"),
        ("nowhere:rice", "nothing"),
        ("nowhere:[1 TO 2]", "nothing"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn ranges_have_two_ends_or_one() {
    for (text, expected) in [
        ("created:[2019 TO 2020]", "created >=2019 .. <=2020"),
        ("created:{2019 TO 2020}", "created >2019 .. <2020"),
        ("created:[2019 TO 2020}", "created >=2019 .. <2020"),
        ("created:{2019-01-01 TO *]", "created >2019-01-01 .. *"),
        ("created:[* TO 2020]", "created * .. <=2020"),
        (
            r#"created:["2019" TO "2020-01-01T00:00:00Z"]"#,
            "created >=2019 .. <=2020-01-01T00:00:00Z",
        ),
        ("created:[2020-01-01T00:00:00Z TO *]", "created >=2020-01-01T00:00:00Z .. *"),
        ("versions.index:>=2", "versions.index >=2 .. *"),
        ("versions.index:>2", "versions.index >2 .. *"),
        ("versions.index:<=2", "versions.index * .. <=2"),
        ("versions.index:(>1 AND <3)", "(+versions.index >1 .. * +versions.index * .. <3)"),
        ("versions.index:[-5 TO -1]", "versions.index >=-5 .. <=-1"),
        ("[a TO b]", "(metadata.title >=a .. <=b metadata.description >=a .. <=b)"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn fields_of_the_host_are_unknown_by_any_name() {
    for text in [
        "internal.readers:x",
        "internal.readers:*",
        "secret:x",
        "internal.*:x",
        "int*:x",
        "_exists_:internal.readers",
        "_exists_:internal",
        "_exists_:int*",
        "_exists_:secret",
        "secret:[a TO b]",
        "secret:a*",
        "secret:(a OR b)",
    ] {
        assert!(!read(text).contains("internal"), "{text}");
    }
    let everything = format!("{:?}", parse("*:x OR _exists_:* OR *:y*", &definition()).query);
    assert!(!everything.contains("internal"), "{everything}");
}

#[test]
fn what_is_not_syntax_is_plain_words_and_says_why() {
    for (text, reason) in [
        ("(rice", "an opening bracket without its other"),
        ("rice)", "a closing bracket without its other"),
        (r#""rice"#, "a quotation mark without its other"),
        ("title:", "the end where a term was expected"),
        (":rice", "a colon without a field"),
        ("AND rice", "an operator without a left side"),
        ("rice AND", "the end where a term was expected"),
        ("rice OR OR genome", "an operator where a term was expected"),
        ("()", "nothing to look for"),
        ("title:[2019 2020]", "a range without TO"),
        ("title:[2019 TO 2020", "a range without an end"),
        ("/gen.*/", "regular expressions are not supported"),
        ("title:/gen.*/", "regular expressions are not supported"),
        ("https://example.org", "regular expressions are not supported"),
        ("rice^", "a weight that is not a number"),
        ("rice\\", "a backslash at the end"),
        ("a:b:c", "a colon after a value"),
    ] {
        assert_eq!(refused(text), reason, "{text}");
    }
}

#[test]
fn large_queries_are_plain_words() {
    assert_eq!(
        refused(&format!("{}a{}", "(".repeat(33), ")".repeat(33))),
        "more than 32 groups within groups"
    );
    assert_eq!(refused(&format!("{}a", "(".repeat(2_000))), "more than 32 groups within groups");
    assert_eq!(refused(&"a ".repeat(257)), "more than 256 clauses");
    assert_eq!(refused(&"title:a ".repeat(257)), "more than 256 clauses");
    assert_eq!(refused(&"metadata.*:a ".repeat(100)), "more than 256 clauses");
    assert_eq!(refused(&"a* ".repeat(17)), "more than 16 terms with wildcards or fuzzy ones");
    assert_eq!(refused(&"*a ".repeat(5)), "more than 4 terms that begin with a wildcard");
    assert_eq!(refused(&"é".repeat(2_049)), "longer than 4096 bytes");
    assert_eq!(read(&format!("{}a{}", "(".repeat(32), ")".repeat(32))), "a");

    let Query::Bool { should, .. } = parse(&"a ".repeat(5_000), &definition()).query else {
        panic!("any of many words")
    };
    assert_eq!(should.len(), 256);
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Zé0-9 :()\\[\\]{}\"~^*?!+&|/.<>=\\\\-]{1,8}"
}

fn node() -> impl Strategy<Value = Node> {
    let bound = || {
        prop_oneof![
            Just(Bound::Open),
            word().prop_map(Bound::Included),
            word().prop_map(Bound::Excluded)
        ]
    };
    let leaf = prop_oneof![
        word().prop_map(Node::Word),
        "[a-z]{1,4}[*?][a-z]{0,4}".prop_map(Node::Pattern),
        (word(), prop_oneof![Just(None), Just(Some(1)), Just(Some(2))])
            .prop_map(|(word, distance)| Node::Fuzzy(word, distance)),
        (word(), 0..3_u32).prop_map(|(text, slop)| Node::Phrase(text, slop)),
        (bound(), bound()).prop_map(|(from, to)| Node::Range(from, to)),
        Just(Node::Anything),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let occur = prop_oneof![Just(Occur::Should), Just(Occur::Must), Just(Occur::MustNot)];
        prop_oneof![
            prop::collection::vec((occur, inner.clone()), 2..5).prop_map(Node::Group),
            (
                "[a-z_.]{1,6}",
                inner.clone().prop_filter("no boost within", |node| !matches!(
                    node,
                    Node::Boost(..) | Node::Field(..)
                ))
            )
                .prop_map(|(name, node)| Node::Field(name, Box::new(node))),
            (
                inner.prop_filter("no field within", |node| !matches!(
                    node,
                    Node::Boost(..) | Node::Field(..)
                )),
                1..9_u8
            )
                .prop_map(|(node, weight)| Node::Boost(Box::new(node), f32::from(weight))),
        ]
    })
}

fn escaped(word: &str) -> String {
    word.chars().flat_map(|character| ['\\', character]).collect()
}

fn printed(node: &Node) -> String {
    match node {
        Node::Group(clauses) => {
            let clause = |(occur, node): &(Occur, Node)| match occur {
                Occur::Should => printed(node),
                Occur::Must => format!("+{}", printed(node)),
                Occur::MustNot => format!("-{}", printed(node)),
            };
            format!("({})", clauses.iter().map(clause).collect::<Vec<_>>().join(" "))
        }
        Node::Field(name, node) => format!("{name}:{}", printed(node)),
        Node::Boost(node, weight) => format!("{}^{weight}", printed(node)),
        Node::Word(word) => escaped(word),
        Node::Pattern(pattern) => pattern.clone(),
        Node::Fuzzy(word, distance) => format!(
            "{}~{}",
            escaped(word),
            distance.map(|distance| distance.to_string()).unwrap_or_default()
        ),
        Node::Phrase(text, slop) => format!("\"{}\"~{slop}", escaped(text)),
        Node::Range(from, to) => {
            let text = |bound: &Bound| match bound {
                Bound::Open => "*".to_owned(),
                Bound::Included(text) | Bound::Excluded(text) => format!("\"{}\"", escaped(text)),
            };
            let open = if let Bound::Excluded(_) = from { '{' } else { '[' };
            let close = if let Bound::Excluded(_) = to { '}' } else { ']' };
            format!("{open}{} TO {}{close}", text(from), text(to))
        }
        Node::Anything => "*".to_owned(),
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        parse(&text, &definition());
    }

    #[test]
    fn any_text_of_signs_is_read(text in "[a-b():\"~^*?!+&|/\\[\\]{}\\\\ <>=.TOANDR-]{0,60}") {
        parse(&text, &definition());
    }

    #[test]
    fn a_printed_query_is_read_as_it_was(node in node()) {
        prop_assert_eq!(grammar::read(&printed(&node)), Ok(node));
    }
}
