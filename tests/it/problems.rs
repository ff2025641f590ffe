//! `docs/problems.md` explains every problem with an example that causes it and the message that follows.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use hookgate::policy::load::{Loaded, check, repository_layers};
use hookgate::policy::problems::{Code, Colour, Format, report};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/problems.md");
const RUNTIMES: [&str; 3] = ["claude-code", "codex", "cursor"];

#[test]
fn every_code_has_an_example_that_causes_its_message() {
    let written = std::fs::read_to_string(DOCUMENT).unwrap();
    let mut updated = String::new();
    let mut explained = Vec::new();
    let mut sections = written.split("\n## ");
    updated.push_str(sections.next().unwrap());
    for section in sections {
        let (code, body) = section.split_once('\n').unwrap();
        explained.push(code);
        let loaded = load_examples(body);
        let codes: BTreeSet<&str> = loaded
            .problems
            .iter()
            .map(|problem| problem.code.name())
            .collect();
        assert!(
            codes.contains(code),
            "the example of {code} causes {codes:?}"
        );
        let text = report(&loaded.problems, Format::Human(Colour::Plain));
        let (messages, summary) = text.trim_end().rsplit_once("\n\n").unwrap();
        assert!(summary.contains("in force"), "{summary}");
        write!(updated, "\n## {code}\n{}", with_messages(body, messages)).unwrap();
    }
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(
        explained, known,
        "headings of docs/problems.md and codes differ"
    );
    assert_document(Path::new(DOCUMENT), &written, &updated);
}

/// Compares a generated document with what it should be; with `UPDATE` set, rewrites it.
pub(crate) fn assert_document(path: &Path, written: &str, updated: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not of the program"
    )]
    let rewrite = std::env::var_os("UPDATE").is_some();
    if updated != written && rewrite {
        #[expect(
            clippy::disallowed_methods,
            reason = "a document of the sources, not state"
        )]
        std::fs::write(path, updated).unwrap();
        return;
    }
    let line = written
        .lines()
        .zip(updated.lines())
        .find(|(old, new)| old != new);
    assert!(
        updated == written,
        "{} is out of date; run with UPDATE=1. First difference: {line:#?}",
        path.display(),
    );
}

/// Returns the blocks of a section as their info string and content.
fn blocks(body: &str) -> Vec<(&str, &str)> {
    body.split("\n```")
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').unwrap_or((block, "")))
        .collect()
}

fn load_examples(body: &str) -> Loaded {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("repository");
    std::fs::create_dir(&root).unwrap();
    for (info, text) in blocks(body) {
        if let Some(name) = info.strip_prefix("yaml ") {
            write_example(&root, name, text);
        }
    }
    check(&root, &repository_layers(&root), &RUNTIMES)
}

/// Writes one file. After its name, `bytes` turns `\x1b` into that byte and `repeat=N` repeats the last line.
fn write_example(root: &Path, info: &str, text: &str) {
    let mut words = info.split(' ');
    let path = root.join(words.next().unwrap());
    let mut bytes = format!("{text}\n").into_bytes();
    match words.next() {
        Some("bytes") => {
            let mut parts = text.split("\\x");
            bytes = parts.next().unwrap().into();
            for part in parts {
                bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
        }
        Some(repeat) => {
            let times: usize = repeat.strip_prefix("repeat=").unwrap().parse().unwrap();
            let line = format!("{}\n", text.lines().last().unwrap());
            bytes.extend_from_slice(line.repeat(times).as_bytes());
        }
        None => {}
    }
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "an example, not state")]
    std::fs::write(path, bytes).unwrap();
}

/// Returns the section with the messages in its `text` block.
fn with_messages(body: &str, messages: &str) -> String {
    let (before, rest) = body.split_once("\n```text\n").expect("a text block");
    let after = rest
        .split_once("```\n")
        .expect("the end of the text block")
        .1;
    format!("{before}\n```text\n{messages}\n```\n{after}")
}
