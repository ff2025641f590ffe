//! Takes hookgate's entries out of a text, and with them what was made for them.

use super::insert::is_scalar;
use super::layout::line_start;
use super::parse::Document;
use crate::wiring::edit::{Edit, apply};
use crate::wiring::tree::{Kind, Member, Node};

/// Which entries are hookgate's, and go.
#[derive(Clone, Copy)]
pub(super) struct Ours<'a> {
    /// Asked with the keys above a list and an element of it: whether it goes; `None` when there may be more below it.
    pub(super) element: &'a dyn Fn(&[&str], &Node) -> Option<bool>,
    /// Asked with a member of an object.
    pub(super) member: &'a dyn Fn(&Member) -> bool,
}

/// What is left of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    Text(String),
    /// Nothing that anybody but hookgate wrote.
    Nothing,
}

/// Takes out hookgate's entries.
#[must_use]
pub(super) fn remove(text: &str, document: &Document, template: &Node, ours: Ours) -> Left {
    let Some(root) = &document.root else {
        return Left::Text(text.to_owned());
    };
    let mut work = Removal {
        text,
        document,
        scalars: template
            .members()
            .iter()
            .filter(|m| is_scalar(&m.node))
            .collect(),
        ours,
        edits: Vec::new(),
    };
    if !work.goes(root, &mut Vec::new()) {
        return Left::Text(apply(text, work.edits));
    }
    let before = text.get(..root.start).unwrap_or_default();
    let after = text.get(root.end..).unwrap_or_default();
    if before.is_empty() && (after == "\n" || after == "\r\n") {
        return Left::Nothing;
    }
    Left::Text(format!("{before}{after}"))
}

struct Removal<'a> {
    text: &'a str,
    document: &'a Document,
    /// What a template says beside its entries; it goes with them.
    scalars: Vec<&'a Member>,
    ours: Ours<'a>,
    edits: Vec<Edit>,
}

/// An item of a list: where it is, and whether it goes.
struct Item {
    start: usize,
    end: usize,
    goes: bool,
}

impl Removal<'_> {
    /// Takes hookgate's entries out of a value; says whether the value itself goes, because hookgate made it for them.
    fn goes<'n>(&mut self, node: &'n Node, keys: &mut Vec<&'n str>) -> bool {
        let items: Vec<Item> = match &node.kind {
            Kind::Scalar(_) => return false,
            Kind::Array(elements) => elements
                .iter()
                .map(|element| Item {
                    start: element.start,
                    end: element.end,
                    goes: self.element_goes(element, keys),
                })
                .collect(),
            Kind::Object(members) => self.members(members, keys),
        };
        if !items.iter().any(|item| item.goes) {
            return false;
        }
        if items.iter().all(|item| item.goes) {
            return !self.empty_again(node, &items);
        }
        self.cut(node, &items);
        false
    }

    fn element_goes<'n>(&mut self, element: &'n Node, keys: &mut Vec<&'n str>) -> bool {
        if let Some(goes) = (self.ours.element)(keys, element) {
            return goes;
        }
        // A group that others share keeps its place, whatever is taken out of it.
        let _ = self.goes(element, keys);
        false
    }

    fn members<'n>(&mut self, members: &'n [Member], keys: &mut Vec<&'n str>) -> Vec<Item> {
        let is_root = keys.is_empty();
        let mut items: Vec<Item> = Vec::with_capacity(members.len());
        for member in members {
            keys.push(&member.key);
            let mut goes = (self.ours.member)(member) || self.goes(&member.node, keys);
            keys.pop();
            // Written by hookgate only behind its own entries; what stands before them was there.
            let follows = !items.is_empty() && items.iter().all(|item| item.goes);
            goes |= is_root && follows && self.is_template_scalar(member);
            items.push(Item {
                start: member.start,
                end: member.node.end,
                goes,
            });
        }
        items
    }

    fn is_template_scalar(&self, member: &Member) -> bool {
        let mut scalars = self.scalars.iter();
        scalars.any(|scalar| scalar.key == member.key && scalar.node.kind == member.node.kind)
    }

    /// Empties a list that was empty before hookgate came; `false` when hookgate made it.
    fn empty_again(&mut self, list: &Node, items: &[Item]) -> bool {
        let (Some(first), Some(end)) = (items.first(), items.last().map(|item| item.end)) else {
            return false;
        };
        let mark = self.text.get(list.start + 1..first.start);
        let stop = match mark {
            Some(" ") => list.end - 1,
            Some("  ") => {
                let comma = self.document.comma_between(end, list.end);
                comma.map_or(end, |comma| comma + 1)
            }
            _ => return false,
        };
        self.edits.push(Edit::cut(list.start + 1, stop));
        true
    }

    /// Cuts the items that go out of a list in which others stay.
    fn cut(&mut self, list: &Node, items: &[Item]) {
        let mut at = 0;
        while at < items.len() {
            let run = items.iter().skip(at).take_while(|item| item.goes).count();
            if run > 0 {
                let before = at.checked_sub(1).and_then(|at| items.get(at));
                let gone: Vec<&Item> = items.iter().skip(at).take(run).collect();
                self.cut_run(list, before, &gone, items.get(at + run));
            }
            at += run + 1;
        }
    }

    fn cut_run(&mut self, list: &Node, before: Option<&Item>, run: &[&Item], after: Option<&Item>) {
        let (Some(first), Some(ended)) = (run.first(), run.last().map(|item| item.end)) else {
            return;
        };
        let mut start = self.start_of(first);
        let bound = after.map_or(list.end, |item| item.start);
        let comma = self.document.comma_between(ended, bound);
        let mut end = comma.map_or(ended, |comma| comma + 1);
        if before.is_none() && line_start(self.text, first.start).is_none() {
            // The blanks before it say that the list was there: what follows it may be hookgate's, too.
            start = first.start;
            end += self.blanks_after(end);
        }
        self.edits.push(Edit::cut(start, end));
        // Without a comma behind it, the one before it came with it.
        if comma.is_none()
            && let Some(before) = before
            && let Some(comma) = self.document.comma_between(before.end, first.start)
            && comma < start
        {
            self.edits.push(Edit::cut(comma, comma + 1));
        }
    }

    fn blanks_after(&self, at: usize) -> usize {
        let after = self.text.get(at..).unwrap_or_default();
        after.len() - after.trim_start_matches([' ', '\t']).len()
    }

    /// Where an item begins, with the blanks and the line break before it.
    fn start_of(&self, item: &Item) -> usize {
        let before = self.text.get(..item.start).unwrap_or_default();
        let before = match line_start(self.text, item.start) {
            Some(indent) => {
                let before = before
                    .get(..before.len() - indent.len())
                    .unwrap_or_default();
                let before = before.strip_suffix('\n').unwrap_or(before);
                before.strip_suffix('\r').unwrap_or(before)
            }
            None => before.trim_end_matches([' ', '\t']),
        };
        before.len()
    }
}
