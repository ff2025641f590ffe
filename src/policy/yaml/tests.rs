use proptest::prelude::*;

use super::*;
use crate::policy::problems::Code;

fn read(text: &str) -> (Option<Node>, Problems) {
    let mut problems = Problems::default();
    let file = problems.add_file("test.yaml");
    problems.set_text(file, text);
    let node = parse(text, file, &mut problems);
    (node, problems)
}

/// Returns the codes of everything wrong with bytes, as a file would be read.
fn codes(bytes: &[u8]) -> Vec<Code> {
    let mut problems = Problems::default();
    let file = problems.add_file("test.yaml");
    if let Some(text) = decode(bytes, file, &mut problems) {
        problems.set_text(file, text.as_str());
        parse(&text, file, &mut problems);
    }
    problems.iter().map(|problem| problem.code).collect()
}

/// Returns every scalar with its line, column and what the file shows there.
fn scalars(text: &str) -> Vec<(usize, usize, String)> {
    fn walk(node: &Node, text: &str, found: &mut Vec<(usize, usize, String)>) {
        match &node.kind {
            Kind::Scalar(_) => {
                let shown = text[node.span.start..node.span.end].to_owned();
                found.push((node.span.line, node.span.column, shown));
            }
            Kind::List(items) => items.iter().for_each(|item| walk(item, text, found)),
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
                walk(key, text, found);
                walk(value, text, found);
            }),
            Kind::Null => {}
        }
    }
    let (node, problems) = read(text);
    assert!(problems.is_empty(), "{problems:?}");
    let mut found = Vec::new();
    walk(&node.unwrap(), text, &mut found);
    found
}

#[test]
fn scalars_know_where_they_are() {
    let text = "größe: 'zwei ü'  # it's\nlist:\n  - \"x\\ty\"\n  - plain words  # note\n  - {k: v}\nblock: |\n  one\n  two\nlast: 1\n";
    let shown: Vec<(usize, usize, &str)> = vec![
        (1, 1, "größe"),
        (1, 8, "'zwei ü'"),
        (2, 1, "list"),
        (3, 5, "\"x\\ty\""),
        (4, 5, "plain words"),
        (5, 6, "k"),
        (5, 9, "v"),
        (6, 1, "block"),
        (7, 3, "one\n  two"),
        (9, 1, "last"),
        (9, 7, "1"),
    ];
    let found = scalars(text);
    let found: Vec<(usize, usize, &str)> =
        found.iter().map(|(l, c, t)| (*l, *c, t.as_str())).collect();
    assert_eq!(found, shown);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_do_not_move_anything() {
    assert_eq!(codes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"), []);
    let found = scalars("a: 1\r\nb: two\r\n");
    assert_eq!(found[3], (2, 4, "two".to_owned()));
}

#[test]
fn the_core_schema_decides_what_plain_scalars_are() {
    let meaning = |text: &str, style| {
        let scalar = Scalar {
            text: text.into(),
            style,
        };
        format!("{:?}", scalar.meaning())
    };
    for word in [
        "on", "yes", "no", "off", "y", "1.2.3", "60s", "-", "0x", "1_000", "e5", "infinity", ".",
        "+",
    ] {
        assert_eq!(meaning(word, Style::Plain), format!("Text({word:?})"));
    }
    assert_eq!(meaning("true", Style::Plain), "Bool(true)");
    assert_eq!(meaning("true", Style::Quoted), "Text(\"true\")");
    assert_eq!(meaning("-12", Style::Plain), "Integer(-12)");
    assert_eq!(meaning("0o17", Style::Plain), "Integer(15)");
    assert_eq!(meaning("0xff", Style::Plain), "Integer(255)");
    for number in ["1.5", "1e3", "-.inf", ".nan", "99999999999999999999"] {
        assert_eq!(meaning(number, Style::Plain), "Number", "{number}");
    }
}

#[test]
fn what_is_wrong_with_a_text_is_said() {
    assert_eq!(codes(b"a: [1"), [Code::Syntax]);
    assert_eq!(codes(b"a: *b"), [Code::Syntax]);
    assert_eq!(codes(b"a: \xff"), [Code::NotUtf8]);
    assert_eq!(codes(b"a: 1\0\nb: 2"), [Code::ControlCharacter]);
    assert_eq!(codes(b"a: 1\n---\nb: 2"), [Code::SeveralDocuments]);
    assert_eq!(codes(b"a: !x y"), [Code::UnsupportedTag]);
    assert_eq!(codes(b"a: !!str 5"), []);
    assert_eq!(codes(b"a: &x [*x]"), [Code::AliasInsideItself]);
    assert_eq!(
        codes(b"a: 1\na: 2\na: 3"),
        [Code::DuplicateKey, Code::DuplicateKey]
    );
    assert_eq!(codes("[".repeat(64).as_bytes()), [Code::Syntax]);
    assert_eq!(codes("[".repeat(65).as_bytes()), [Code::TooDeep]);
    assert_eq!(codes("[".repeat(100_000).as_bytes()), [Code::TooDeep]);
    assert_eq!(codes("- ".repeat(100_000).as_bytes()), [Code::TooDeep]);
    assert_eq!(codes(&vec![b'#'; SIZE_LIMIT + 1]), [Code::TooLarge]);
    assert_eq!(codes(&vec![b'#'; SIZE_LIMIT]), []);
}

#[test]
fn aliases_stand_for_their_value_within_the_limits() {
    let (node, problems) = read("a: &x {k: [1, 2]}\nb: *x\n");
    assert!(problems.is_empty());
    let Kind::Map(entries) = node.unwrap().kind else {
        panic!("a map")
    };
    assert_eq!(entries[0].1, entries[1].1);
    let deep = format!(
        "a: &x {}1{}\nb: {}*x{}\n",
        "[".repeat(40),
        "]".repeat(40),
        "[".repeat(40),
        "]".repeat(40)
    );
    assert_eq!(codes(deep.as_bytes()), [Code::TooDeep]);
    let kept = format!(
        "a: {}{}{}",
        "&x [".repeat(60),
        "x, ".repeat(20_000),
        "]".repeat(60)
    );
    assert_eq!(codes(kept.as_bytes()), [Code::TooManyValues]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        codes(&bytes);
    }

    #[test]
    fn no_text_panics(text in "[-:,?#&*!|>'\"%@`{}\\[\\]\\\\ \t\r\nabü0~.]{0,80}") {
        let (node, _) = read(&text);
        if let Some(node) = node {
            prop_assert!(text.get(node.span.start..node.span.end).is_some());
        }
    }
}
