//! Hooks that name a program and its arguments in members of their own, for runtimes that start them without a shell.

use std::path::Path;

use serde_json::Value;

use super::line::{self, Shell};
use super::tree::{Kind, Member, Node};

/// The members that hold them.
const PROGRAMS: [&str; 2] = ["command", "exec"];
const ARGUMENTS: &str = "args";

/// Returns the line that a shell would run for such a hook.
#[must_use]
pub fn line(node: &Node) -> Option<String> {
    let program = PROGRAMS.iter().find_map(|key| node.get(key)?.text())?;
    let arguments = node.get(ARGUMENTS)?.elements();
    let arguments = arguments.iter().map(Node::text);
    let words = std::iter::once(Some(program)).chain(arguments);
    let words: Option<Vec<String>> = words
        .map(|word| word.map(|word| line::quoted(word, Shell::Posix)))
        .collect();
    Some(words?.join(" "))
}

/// Whether such a hook runs hookgate and nothing else.
#[must_use]
pub fn is_ours(node: &Node) -> bool {
    line(node).is_some_and(|line| line::is_ours(&line))
}

/// Returns the value with hookgate at a fixed place, and for the whole user.
#[must_use]
pub fn at(node: &Node, program: &Path) -> Node {
    let is_ours = is_ours(node);
    let kind = match &node.kind {
        Kind::Scalar(_) => node.kind.clone(),
        Kind::Array(elements) => {
            Kind::Array(elements.iter().map(|node| at(node, program)).collect())
        }
        Kind::Object(members) => Kind::Object(
            members
                .iter()
                .map(|member| Member {
                    node: match member.key.as_str() {
                        key if is_ours && PROGRAMS.contains(&key) => {
                            text(&member.node, &program.to_string_lossy())
                        }
                        ARGUMENTS if is_ours => for_user(&member.node),
                        _ => at(&member.node, program),
                    },
                    ..member.clone()
                })
                .collect(),
        ),
    };
    Node { kind, ..*node }
}

fn text(node: &Node, text: &str) -> Node {
    let kind = Kind::Scalar(Value::from(text));
    Node { kind, ..*node }
}

/// Behind the first word, which is `hook`.
fn for_user(arguments: &Node) -> Node {
    let new = ["--scope", "user"].map(|word| text(arguments, word));
    let there = arguments.elements().iter().cloned();
    let (first, rest): (Vec<_>, Vec<_>) = there.enumerate().partition(|(at, _)| *at == 0);
    let first = first.into_iter().map(|(_, node)| node);
    let rest = rest.into_iter().map(|(_, node)| node);
    let kind = Kind::Array(first.chain(new).chain(rest).collect());
    Node { kind, ..*arguments }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wiring::json;

    fn node(text: &str) -> Node {
        json::parse(text).unwrap().root.unwrap()
    }

    #[test]
    fn a_program_with_its_arguments_is_a_line() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(line(&node(text)).as_deref(), expected, "{text}");
        };
        let ours = r#"{"command": "/opt/my tools/hookgate", "args": ["hook", "--runtime", "a"]}"#;
        check(ours, Some("'/opt/my tools/hookgate' hook --runtime a"));
        assert!(is_ours(&node(ours)));
        let other = r#"{"command": "sh", "args": ["-c", "hookgate hook --runtime a"]}"#;
        check(other, Some("sh -c 'hookgate hook --runtime a'"));
        assert!(!is_ours(&node(other)));
        check(r#"{"command": "hookgate hook --runtime a"}"#, None);
        check(r#"{"command": "hookgate", "args": ["hook", 1]}"#, None);
    }

    #[test]
    fn for_one_person_the_program_is_at_a_fixed_place() {
        let template = r#"{"Stop": [{"hooks": [{"command": "hookgate", "args": ["hook", "--event", "stop"]}]}]}"#;
        let user = at(&node(template), Path::new("/opt/it's/hookgate"));
        let wanted = r#"{"Stop": [{"hooks": [{"command": "/opt/it's/hookgate", "args": ["hook", "--scope", "user", "--event", "stop"]}]}]}"#;
        assert_eq!(user.value(), node(wanted).value());
    }
}
