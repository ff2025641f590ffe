//! Reads one rule: its id, its one kind, and what is said when it matches.

use super::kinds;
use super::reader::{Map, Reader, Text};
use crate::policy::problems::{shape, values};
use crate::policy::yaml::{Kind, Node};
use crate::policy::{Action, Example, IfNoAsk, Origin, Rule, RuleKind, RuleTests};

/// Keys of a rule.
pub(super) const KEYS: [&str; 11] = [
    "id",
    "protect-paths",
    "deny-command",
    "quality-gate",
    "add-context",
    "record",
    "action",
    "if-no-ask",
    "reason",
    "instead",
    "tests",
];
/// Keys that only mean something where a rule can refuse a call.
const BLOCKING_KEYS: [&str; 3] = ["action", "if-no-ask", "instead"];
/// Keys that people write one level too far out.
const INNER_KEYS: [(&str, &str); 15] = [
    ("paths", "protect-paths"),
    ("deny", "protect-paths"),
    ("outside-repository", "protect-paths"),
    ("restore", "protect-paths"),
    ("patterns", "deny-command"),
    ("matches", "deny-command"),
    ("in", "deny-command"),
    ("run", "quality-gate"),
    ("inputs", "quality-gate"),
    ("timeout", "quality-gate"),
    ("env", "quality-gate"),
    ("working-directory", "quality-gate"),
    ("text", "add-context"),
    ("when", "add-context"),
    ("file", "record"),
];
const ACTIONS: [(Action, &str); 3] = [
    (Action::Deny, "deny"),
    (Action::Ask, "ask"),
    (Action::Warn, "warn"),
];
const WITHOUT_ASK: [(IfNoAsk, &str); 2] = [(IfNoAsk::Deny, "deny"), (IfNoAsk::Neutral, "neutral")];
const LONGEST_ID: usize = 64;

/// Returns the rule's id, where it has one, and the rule itself, where it could be read.
pub(super) fn read<'n>(
    reader: &mut Reader<'_>,
    node: &'n Node,
    file: &str,
    base: &str,
) -> (Option<Text<'n>>, Option<Rule>) {
    let Some(map) = reader.any_map(node, "a rule") else {
        return (None, None);
    };
    let id = read_id(reader, &map);
    let kinds: Vec<(&str, &Node, &Node)> = map
        .entries()
        .filter(|(name, ..)| RuleKind::NAMES.contains(name))
        .collect();
    keys(reader, &map, id.map_or(node, |id| id.node), &kinds);
    let mut kind = None;
    for (name, key, value) in &kinds {
        let read = kinds::read(reader, name, key, value, base);
        kind = kind.or(read);
    }
    let action = map
        .get("action")
        .and_then(|node| reader.word(node, "action", &ACTIONS, values::unknown_action))
        .unwrap_or_default();
    let if_no_ask = if_no_ask(reader, &map, action);
    let reason = advice(reader, &map, "reason");
    let instead = advice(reader, &map, "instead");
    let tests = map
        .get("tests")
        .map(|node| tests(reader, node))
        .unwrap_or_default();
    let rule = id.zip(kind).map(|(id, kind)| Rule {
        id: id.text.to_owned(),
        kind,
        action,
        if_no_ask,
        reason,
        instead,
        base: base.to_owned(),
        origin: Origin {
            file: file.to_owned(),
            line: id.node.span.line,
            column: id.node.span.column,
        },
        tests,
    });
    (id, rule)
}

fn read_id<'n>(reader: &mut Reader<'_>, map: &Map<'n>) -> Option<Text<'n>> {
    let Some(node) = map.get("id") else {
        let help = "give it a name of its own in kebab-case, as in `id: generated-code`";
        let problem = shape::missing_key(reader.place(map.node), "id", "this rule", help);
        reader.say(problem);
        return None;
    };
    let id = reader.text(node, "id")?;
    if !is_kebab_case(id.text) {
        let problem = values::bad_id(reader.place(node), id.text);
        reader.say(problem);
        return None;
    }
    Some(id)
}

fn is_kebab_case(text: &str) -> bool {
    text.len() <= LONGEST_ID
        && text.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

/// Reports keys that are unknown or elsewhere at home, and rules without a kind or with two.
fn keys(reader: &mut Reader<'_>, map: &Map<'_>, at: &Node, kinds: &[(&str, &Node, &Node)]) {
    let mut meant_as_kind = false;
    let blocks = kinds
        .iter()
        .all(|(name, ..)| !matches!(*name, "add-context" | "record"));
    for (name, key, value) in map.entries() {
        let place = reader.place(key);
        let inner = INNER_KEYS.iter().find(|(inner, _)| *inner == name);
        let problem = if BLOCKING_KEYS.contains(&name) && !blocks {
            let belongs = "only `protect-paths`, `deny-command` and `quality-gate` refuse calls";
            shape::misplaced_key(place, name, "a rule of this kind", belongs)
        } else if KEYS.contains(&name) {
            continue;
        } else if let Some((_, kind)) = inner {
            shape::misplaced_key(
                place,
                name,
                "a rule",
                &format!("it belongs under `{kind}`, one level further in"),
            )
        } else if kinds.is_empty() && matches!(value.kind, Kind::Map(_)) {
            meant_as_kind = true;
            shape::unknown_kind(place, name, &RuleKind::NAMES)
        } else {
            shape::unknown_key(place, name, "a rule", &KEYS)
        };
        reader.say(problem);
    }
    match kinds {
        [] if !meant_as_kind => {
            let problem = shape::no_kind(reader.place(at), &RuleKind::NAMES);
            reader.say(problem);
        }
        [(first, first_key, _), others @ ..] => {
            for (name, key, _) in others {
                let problem =
                    shape::two_kinds(reader.place(key), name, reader.place(first_key), first);
                reader.say(problem);
            }
        }
        [] => {}
    }
}

fn if_no_ask(reader: &mut Reader<'_>, map: &Map<'_>, action: Action) -> IfNoAsk {
    let Some((key, node)) = map.entry("if-no-ask") else {
        return IfNoAsk::default();
    };
    if action != Action::Ask {
        let why = "this rule does not ask";
        let help = "it says what `action: ask` becomes where a runtime cannot ask";
        let problem = shape::idle_key(reader.place(key), "if-no-ask", why, help);
        reader.say(problem);
    }
    reader
        .word(node, "if-no-ask", &WITHOUT_ASK, values::unknown_answer)
        .unwrap_or_default()
}

/// Reads `reason` or `instead`. An empty one is as good as none.
fn advice(reader: &mut Reader<'_>, map: &Map<'_>, key: &str) -> Option<String> {
    let node = map.get(key)?;
    let empty = match &node.kind {
        Kind::Null => true,
        Kind::Scalar(scalar) => scalar.text.trim().is_empty(),
        Kind::List(_) | Kind::Map(_) => false,
    };
    if empty {
        let problem = shape::empty_advice(reader.place(map.entry(key)?.0), key);
        reader.say(problem);
        return None;
    }
    reader
        .text(node, key)
        .map(|text| text.text.trim_end().to_owned())
}

fn tests(reader: &mut Reader<'_>, node: &Node) -> RuleTests {
    let mut tests = RuleTests::default();
    if let Some(map) = reader.map(node, "tests", &["deny", "allow"]) {
        for (key, list) in [("deny", &mut tests.deny), ("allow", &mut tests.allow)] {
            if let Some(node) = map.get(key) {
                *list = examples(reader, node, key);
            }
        }
    }
    tests
}

fn examples(reader: &mut Reader<'_>, node: &Node, key: &str) -> Vec<Example> {
    let items = match &node.kind {
        Kind::Map(_) => std::slice::from_ref(node),
        _ => reader.items(node, key).unwrap_or_default(),
    };
    items
        .iter()
        .filter_map(|item| example(reader, item))
        .collect()
}

fn example(reader: &mut Reader<'_>, node: &Node) -> Option<Example> {
    const KEYS: [&str; 5] = ["edit", "read", "delete", "shell", "prompt"];
    let map = reader.any_map(node, "an example")?;
    let mut entries = map.entries();
    let (Some((name, key, value)), None) = (entries.next(), entries.next()) else {
        let problem = shape::bad_example(reader.place(node), &KEYS);
        reader.say(problem);
        return None;
    };
    let make = match name {
        "edit" => Example::Edit,
        "read" => Example::Read,
        "delete" => Example::Delete,
        "shell" => Example::Shell,
        "prompt" => Example::Prompt,
        _ => {
            let problem = shape::unknown_key(reader.place(key), name, "an example", &KEYS);
            reader.say(problem);
            return None;
        }
    };
    reader
        .filled_text(value, name)
        .map(|text| make(text.text.to_owned()))
}
