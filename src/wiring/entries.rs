//! The hooks below a value: on which event each runs, and what.
//!
//! Runtimes write the event in one of two ways: as the key of a list of hooks, or as a member of each hook. The line is one
//! for a shell, or a program with its arguments beside it.

use std::borrow::Cow;

use super::line;
use super::program;
use super::registered::Whose;
use super::tree::{Kind, Node};
use crate::adapter::Adapter;

/// Members of a hook whose text is run.
const LINES: [&str; 8] = [
    "command",
    "bash",
    "exec",
    "linux",
    "osx",
    "powershell",
    "windows",
    "commandWindows",
];

/// One hook.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The runtime's own name.
    pub event: &'a str,
    pub matcher: Option<&'a str>,
    /// The object that says what is run.
    pub node: &'a Node,
    /// What a shell runs; empty for hooks of another kind.
    pub line: Cow<'a, str>,
    pub whose: Whose,
}

/// Finds the hooks below a value.
#[must_use]
pub fn of<'a>(adapter: &Adapter, root: &'a Node) -> Vec<Entry<'a>> {
    let mut search = Search {
        adapter,
        found: Vec::new(),
    };
    search.below(root, None, None);
    search.found
}

struct Search<'a, 'b> {
    adapter: &'b Adapter,
    found: Vec<Entry<'a>>,
}

impl<'a> Search<'a, '_> {
    fn below(&mut self, node: &'a Node, event: Option<&'a str>, matcher: Option<&'a str>) {
        match &node.kind {
            Kind::Scalar(_) => {}
            Kind::Array(elements) => {
                for element in elements {
                    self.below(element, event, matcher);
                }
            }
            Kind::Object(members) => {
                let matcher = node.get("matcher").and_then(Node::text).or(matcher);
                if let Some(event) = self.event_in(node) {
                    // What is run may stand one step further down.
                    let inner = members.iter().map(|member| &member.node);
                    let line = std::iter::once(node).chain(inner).find_map(line_of);
                    return self.add(node, event, matcher, line);
                }
                if let Some(event) = event {
                    self.add(node, event, matcher, line_of(node));
                }
                for member in members {
                    let inner = match event {
                        None if self.is_native(&member.key) => Some(member.key.as_str()),
                        _ => event,
                    };
                    // Only lists hold hooks: `state` and the like hold texts that only look like them.
                    if inner.is_none() || !member.node.elements().is_empty() {
                        self.below(&member.node, inner, matcher);
                    }
                }
            }
        }
    }

    fn is_native(&self, name: &str) -> bool {
        self.adapter.events.iter().any(|row| row.native == name)
    }

    /// The event that a hook names itself.
    fn event_in(&self, node: &'a Node) -> Option<&'a str> {
        let event = node.get(self.adapter.setup.event_member?)?.text()?;
        self.is_native(event).then_some(event)
    }

    fn add(
        &mut self,
        node: &'a Node,
        event: &'a str,
        matcher: Option<&'a str>,
        line: Option<(Whose, Cow<'a, str>)>,
    ) {
        let Some((whose, line)) = line else {
            return;
        };
        self.found.push(Entry {
            event,
            matcher,
            node,
            line,
            whose,
        });
    }
}

/// What an object runs, and who wrote it.
fn line_of(node: &Node) -> Option<(Whose, Cow<'_, str>)> {
    if let Some(line) = program::line(node) {
        return Some((whose(&line), Cow::Owned(line)));
    }
    let texts = node.members().iter();
    let texts = texts.filter(|member| LINES.contains(&member.key.as_str()));
    let lines: Vec<&str> = texts.filter_map(|member| member.node.text()).collect();
    let first = lines.first()?;
    let of = |wanted: Whose| lines.iter().find(|line| whose(line) == wanted);
    let line = of(Whose::Ours).or_else(|| of(Whose::Touched));
    let line = line.unwrap_or(first);
    Some((whose(line), Cow::Borrowed(line)))
}

fn whose(text: &str) -> Whose {
    if line::is_ours(text) {
        Whose::Ours
    } else if line::calls_hookgate(text) {
        Whose::Touched
    } else {
        Whose::Foreign
    }
}
