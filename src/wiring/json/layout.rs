//! How a text is laid out, and new values written alike.

use serde_json::Value;

use crate::wiring::tree::{Kind, Node};

/// The habits of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// What one level is indented by.
    pub unit: String,
    pub line_break: &'static str,
    /// Whether items follow a comma after a space when they stand on one line.
    pub spaced: bool,
}

impl Layout {
    /// Looks at a text.
    #[must_use]
    pub(super) fn of(text: &str, root: Option<&Node>) -> Self {
        let first_break = text.find('\n');
        let is_windows =
            first_break.is_some_and(|at| text.get(..at).is_some_and(|t| t.ends_with('\r')));
        let unit = root.and_then(|root| unit(text, root));
        Self {
            unit: unit.unwrap_or("  ").to_owned(),
            line_break: if is_windows { "\r\n" } else { "\n" },
            spaced: !text.contains("\":") || text.contains("\": "),
        }
    }

    /// Writes a value over several lines; the first one continues a line that is indented by `indent`.
    #[must_use]
    pub(super) fn block(&self, node: &Node, indent: &str) -> String {
        let inner = format!("{indent}{}", self.unit);
        let items: Vec<String> = match &node.kind {
            Kind::Scalar(value) => return value.to_string(),
            Kind::Array(elements) => elements.iter().map(|e| self.block(e, &inner)).collect(),
            Kind::Object(members) => members
                .iter()
                .map(|member| self.member(&member.key, &self.block(&member.node, &inner)))
                .collect(),
        };
        let (open, close) = brackets(node);
        if items.is_empty() {
            return format!("{open}{close}");
        }
        let line_break = self.line_break;
        let items = items.join(&format!(",{line_break}{inner}"));
        format!("{open}{line_break}{inner}{items}{line_break}{indent}{close}")
    }

    /// Writes a value on one line.
    #[must_use]
    pub(super) fn inline(&self, node: &Node) -> String {
        let items: Vec<String> = match &node.kind {
            Kind::Scalar(value) => return value.to_string(),
            Kind::Array(elements) => elements.iter().map(|e| self.inline(e)).collect(),
            Kind::Object(members) => members
                .iter()
                .map(|member| self.member(&member.key, &self.inline(&member.node)))
                .collect(),
        };
        let (open, close) = brackets(node);
        format!("{open}{}{close}", items.join(&format!(",{}", self.gap())))
    }

    /// Writes a member; its value is written already.
    #[must_use]
    pub(super) fn member(&self, key: &str, value: &str) -> String {
        let key = Value::from(key);
        format!("{key}:{}{value}", self.gap())
    }

    #[must_use]
    pub(super) fn gap(&self) -> &'static str {
        if self.spaced { " " } else { "" }
    }
}

fn brackets(node: &Node) -> (char, char) {
    match node.kind {
        Kind::Array(_) => ('[', ']'),
        _ => ('{', '}'),
    }
}

/// What the first member that begins a line is indented by, beyond the line of the bracket around it.
fn unit<'a>(text: &'a str, node: &Node) -> Option<&'a str> {
    let own = indent_of_line(text, node.start);
    let starts: Vec<usize> = match &node.kind {
        Kind::Scalar(_) => return None,
        Kind::Array(elements) => elements.iter().map(|element| element.start).collect(),
        Kind::Object(members) => members.iter().map(|member| member.start).collect(),
    };
    let inner = starts.iter().find_map(|start| line_start(text, *start))?;
    inner.strip_prefix(own).filter(|unit| !unit.is_empty())
}

/// The blanks between the start of a line and a place; `None` when something else stands there too.
#[must_use]
pub(super) fn line_start(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.get(before.rfind('\n')? + 1..)?;
    line.chars()
        .all(|sign| sign == ' ' || sign == '\t')
        .then_some(line)
}

/// The blanks that the line of a place begins with.
#[must_use]
pub(super) fn indent_of_line(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = before
        .rfind('\n')
        .map_or(before, |at| before.get(at + 1..).unwrap_or_default());
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..blanks).unwrap_or_default()
}
