//! Every recorded case: acceptance, and exactly the commands, assignments and redirections it lists.

use serde_json::Value;

use crate::shell::{
    Assignment, AssignmentValue, Descriptor, HereDoc, Node, Part, PartKind, Redirect,
    SimpleCommand, Target, Word, parse,
};

pub(super) const CASES: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/data/shell-cases.jsonl"
));

/// What one expected entry is compared with.
struct Found {
    words: Vec<Word>,
    assignments: Vec<Assignment>,
    redirects: Vec<Redirect>,
    group: bool,
}

impl Found {
    fn simple(command: &SimpleCommand) -> Self {
        let words = command.expanded_words().unwrap();
        Self {
            words: words
                .into_iter()
                .map(std::borrow::Cow::into_owned)
                .collect(),
            assignments: command.assignments.clone(),
            redirects: command.redirects.clone(),
            group: false,
        }
    }
}

fn found(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    parse(text).unwrap().walk(&mut |node| match node {
        Node::Simple(command) => found.push(Found::simple(command)),
        Node::Compound(compound) if !compound.redirects.is_empty() => found.push(Found {
            words: Vec::new(),
            assignments: Vec::new(),
            redirects: compound.redirects.clone(),
            group: true,
        }),
        _ => {}
    });
    found
}

/// Returns the parts as the pattern they spell, without quotes.
fn pattern(parts: &[Part]) -> String {
    let spell = |part: &Part| match &part.kind {
        PartKind::Text(text) => text.clone(),
        PartKind::Glob(c) => c.to_string(),
        PartKind::Tilde(user) => format!("~{user}"),
        _ => "…".to_owned(),
    };
    parts.iter().map(spell).collect()
}

fn has(parts: &[Part], wanted: fn(&PartKind) -> bool) -> bool {
    parts.iter().any(|part| wanted(&part.kind))
}

fn matches_word(expected: &Value, word: &Word) -> bool {
    if let Some(text) = expected.as_str() {
        return word.static_text().as_deref() == Some(text);
    }
    let text = |key: &str| expected.get(key).and_then(Value::as_str);
    if let Some(glob) = text("glob") {
        return has(&word.parts, |kind| matches!(kind, PartKind::Glob(_)))
            && pattern(&word.parts) == glob;
    }
    if let Some(tilde) = text("tilde") {
        return has(&word.parts, |kind| matches!(kind, PartKind::Tilde(_)))
            && pattern(&word.parts) == tilde;
    }
    let fits = |key: &str, actual: String| text(key).is_none_or(|text| text == actual);
    text("dyn").is_some()
        && word.static_text().is_none()
        && !has(&word.parts, |kind| {
            matches!(kind, PartKind::Glob(_) | PartKind::Tilde(_))
        })
        && fits("prefix", word.prefix())
        && fits("suffix", word.suffix())
}

fn matches_assignment(text: &str, expected: &Value, actual: &Assignment) -> bool {
    let mut name = actual.name.clone();
    if let Some(index) = &actual.index {
        name = format!("{name}[{}]", &text[index.span.start..index.span.end]);
    }
    let value = match &actual.value {
        AssignmentValue::Scalar(word) => matches_word(&expected[1], word),
        AssignmentValue::Array(elements) => {
            let words: Vec<&Word> = elements.iter().map(|element| &element.value).collect();
            expected[1]
                .get("array")
                .and_then(Value::as_array)
                .is_some_and(|expected| {
                    expected.len() == words.len()
                        && expected.iter().zip(words).all(|(e, w)| matches_word(e, w))
                })
        }
    };
    expected[0] == name.as_str() && value
}

fn matches_body(expected: &Value, doc: &HereDoc) -> bool {
    let body = Word {
        parts: doc.body().to_vec(),
        ..Word::default()
    };
    matches_word(&expected["body"], &body) && expected["expands"] == doc.expands
}

fn matches_redirect(expected: &Value, actual: &Redirect) -> bool {
    let fd = match (&actual.fd, actual.descriptor()) {
        (Descriptor::Variable(name), _) => Value::from(format!("{{{name}}}")),
        (_, Some(number)) => Value::from(number),
        (_, None) => Value::Null,
    };
    let target = match &actual.target {
        Target::Word(word) => matches_word(&expected["target"], word),
        Target::HereDoc(doc) => matches_body(expected, doc),
    };
    expected["op"] == actual.op.as_str() && expected["fd"] == fd && target
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn all<T>(expected: &[Value], actual: &[T], matches: impl Fn(&Value, &T) -> bool) -> bool {
    expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| matches(e, a))
}

fn matches(text: &str, expected: &Value, actual: &Found) -> bool {
    all(list(expected, "argv"), &actual.words, matches_word)
        && all(list(expected, "assigns"), &actual.assignments, |e, a| {
            matches_assignment(text, e, a)
        })
        && all(
            list(expected, "redirects"),
            &actual.redirects,
            matches_redirect,
        )
        && expected.get("group").is_some() == actual.group
}

#[test]
fn every_case_has_exactly_its_commands() {
    let mut problems = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some(text) = case["cmd"].as_str() else {
            continue;
        };
        let name = &case["id"];
        if case["syntax"] == "error" {
            if parse(text).is_ok() {
                problems.push(format!("{name}: accepted {text:?}"));
            }
            continue;
        }
        if let Err(error) = parse(text) {
            problems.push(format!("{name}: {error:?} in {text:?}"));
            continue;
        }
        let mut actual = found(text);
        for expected in list(&case, "commands") {
            match actual
                .iter()
                .position(|actual| matches(text, expected, actual))
            {
                Some(at) => drop(actual.remove(at)),
                None => problems.push(format!("{name}: {text:?} lacks {expected}")),
            }
        }
        for spare in actual {
            problems.push(format!(
                "{name}: {text:?} has spare {:?} {:?}",
                spare.words, spare.redirects
            ));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
