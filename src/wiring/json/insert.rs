//! Adds a template's entries to a text.
//!
//! What is added can be told from what was there, so that taking it out again leaves the bytes of before: items follow the
//! last one of their list, a list that was there and empty begins with one space (or two, when there was something between
//! its brackets), and a list that hookgate made never does.

use super::layout::{Layout, indent_of_line, line_start};
use super::parse::Document;
use crate::wiring::edit::{Edit, apply};
use crate::wiring::problem::Problem;
use crate::wiring::tree::{Kind, Member, Node};

/// Adds what is missing of a template to a text that has no older entries of hookgate's.
///
/// # Errors
/// Where the text has something else in an entry's place.
pub(super) fn insert(text: &str, document: &Document, template: &Node) -> Result<String, Problem> {
    insert_with(text, document, template, false)
}

/// Adds every value of a template, those that are no lists or objects too.
///
/// # Errors
/// Where the text has something else in an entry's place.
pub(super) fn insert_all(
    text: &str,
    document: &Document,
    template: &Node,
) -> Result<String, Problem> {
    insert_with(text, document, template, true)
}

fn insert_with(
    text: &str,
    document: &Document,
    template: &Node,
    scalars: bool,
) -> Result<String, Problem> {
    let layout = Layout::of(text, document.root.as_ref());
    let Some(root) = &document.root else {
        if let Some((start, _)) = document.comments.first() {
            return Err(Problem::at(text, *start, "holds comments and no value"));
        }
        // No line break after it: that is how a file that was there is told from one that hookgate made.
        return Ok(format!("{text}{}", layout.block(template, "")));
    };
    let mut work = Insertion {
        text,
        document,
        layout,
        scalars,
        edits: Vec::new(),
    };
    work.place(root, template, "the file")?;
    Ok(apply(text, work.edits))
}

/// Returns the text of a file that holds the template alone.
#[must_use]
pub fn new_file(template: &Node) -> String {
    let layout = Layout::of("", None);
    format!("{}\n", layout.block(template, ""))
}

struct Insertion<'a> {
    text: &'a str,
    document: &'a Document,
    layout: Layout,
    /// Whether values such as a version are added to an object that has others.
    scalars: bool,
    edits: Vec<Edit>,
}

impl Insertion<'_> {
    fn place(&mut self, node: &Node, template: &Node, name: &str) -> Result<(), Problem> {
        match (&node.kind, &template.kind) {
            (Kind::Object(there), Kind::Object(wanted)) => self.members(node, there, wanted),
            (Kind::Array(there), Kind::Array(wanted)) => {
                let missing = wanted.iter().filter(|new| {
                    let value = new.value();
                    !there.iter().any(|old| old.value() == value)
                });
                let new: Vec<(Option<&str>, &Node)> = missing.map(|node| (None, node)).collect();
                let last = there.iter().map(|element| (element.start, element.end));
                self.append(node, &last.collect::<Vec<_>>(), &new);
                Ok(())
            }
            (Kind::Scalar(there), Kind::Scalar(wanted)) if there == wanted => Ok(()),
            (Kind::Scalar(there), Kind::Scalar(wanted)) => {
                let what = format!("{name} is `{there}`, not `{wanted}`");
                Err(Problem::at(self.text, node.start, what))
            }
            _ => {
                let what = format!("{name} is {}, not {}", described(node), described(template));
                Err(Problem::at(self.text, node.start, what))
            }
        }
    }

    fn members(&mut self, node: &Node, there: &[Member], wanted: &[Member]) -> Result<(), Problem> {
        let mut new = Vec::new();
        for member in wanted {
            let mut same = there.iter().filter(|old| old.key == member.key);
            match (same.next(), same.next()) {
                (_, Some(second)) => {
                    let what = format!("the key `{}` stands here a second time", member.key);
                    return Err(Problem::at(self.text, second.start, what));
                }
                (Some(old), None) => {
                    self.place(&old.node, &member.node, &format!("`{}`", member.key))?;
                }
                // A value such as a version that a file does without is none that it needs.
                (None, None) if is_scalar(&member.node) && !there.is_empty() && !self.scalars => {}
                (None, None) => new.push((Some(member.key.as_str()), &member.node)),
            }
        }
        let last = there.iter().map(|member| (member.start, member.node.end));
        self.append(node, &last.collect::<Vec<_>>(), &new);
        Ok(())
    }

    /// Adds items at the end of a list.
    fn append(&mut self, list: &Node, there: &[(usize, usize)], new: &[(Option<&str>, &Node)]) {
        if new.is_empty() {
            return;
        }
        match there.last() {
            Some((_, end)) => self.append_after(list, there, *end, new),
            None => self.fill(list, new),
        }
    }

    fn append_after(
        &mut self,
        list: &Node,
        there: &[(usize, usize)],
        end: usize,
        new: &[(Option<&str>, &Node)],
    ) {
        let comma = self.document.comma_between(end, list.end);
        let starts = there.iter().map(|(start, _)| *start);
        let indent = starts.rev().find_map(|start| line_start(self.text, start));
        let Some(indent) = indent.map(str::to_owned) else {
            return self.append_on_the_line(comma.map_or(end, |at| at + 1), comma.is_some(), new);
        };
        if comma.is_none() {
            self.edits.push(Edit::insert(end, ","));
        }
        let from = comma.map_or(end, |at| at + 1);
        let at = self.document.after_comments(self.text, from);
        let line_break = self.layout.line_break;
        let items: Vec<String> = new.iter().map(|item| self.block(*item, &indent)).collect();
        let items = items.join(&format!(",{line_break}{indent}"));
        let trailing = if comma.is_some() { "," } else { "" };
        let text = format!("{line_break}{indent}{items}{trailing}");
        self.edits.push(Edit::insert(at, text));
    }

    fn append_on_the_line(&mut self, at: usize, trailing: bool, new: &[(Option<&str>, &Node)]) {
        let gap = self.layout.gap();
        let items: Vec<String> = new.iter().map(|item| self.inline(*item)).collect();
        let items = items.join(&format!(",{gap}"));
        let text = if trailing {
            format!("{gap}{items},")
        } else {
            format!(",{gap}{items}")
        };
        self.edits.push(Edit::insert(at, text));
    }

    /// Adds items to a list that is empty.
    fn fill(&mut self, list: &Node, new: &[(Option<&str>, &Node)]) {
        let inside = self
            .text
            .get(list.start + 1..list.end - 1)
            .unwrap_or_default();
        let mark = if inside.is_empty() { " " } else { "  " };
        let is_bare = list.start == 0 && inside.is_empty();
        if !is_bare && !self.text.contains('\n') {
            let items: Vec<String> = new.iter().map(|item| self.inline(*item)).collect();
            let items = items.join(&format!(",{}", self.layout.gap()));
            return self
                .edits
                .push(Edit::insert(list.start + 1, format!("{mark}{items}")));
        }
        let line_break = self.layout.line_break;
        let outer = indent_of_line(self.text, list.start);
        let indent = format!("{outer}{}", self.layout.unit);
        let items: Vec<String> = new.iter().map(|item| self.block(*item, &indent)).collect();
        let items = items.join(&format!(",{line_break}{indent}"));
        let end = if inside.is_empty() {
            format!("{line_break}{outer}")
        } else {
            String::new()
        };
        let text = format!("{mark}{items}{end}");
        self.edits.push(Edit::insert(list.start + 1, text));
    }

    fn block(&self, (key, node): (Option<&str>, &Node), indent: &str) -> String {
        let value = self.layout.block(node, indent);
        key.map_or_else(|| value.clone(), |key| self.layout.member(key, &value))
    }

    fn inline(&self, (key, node): (Option<&str>, &Node)) -> String {
        let value = self.layout.inline(node);
        key.map_or_else(|| value.clone(), |key| self.layout.member(key, &value))
    }
}

/// Whether a value holds no others.
#[must_use]
pub(super) fn is_scalar(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar(_))
}

fn described(node: &Node) -> String {
    match &node.kind {
        Kind::Object(_) => "an object".to_owned(),
        Kind::Array(_) => "a list".to_owned(),
        Kind::Scalar(value) if value.is_string() => "a text".to_owned(),
        Kind::Scalar(value) => format!("`{value}`"),
    }
}
