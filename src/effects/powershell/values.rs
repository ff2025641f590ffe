//! What expressions, variables and strings may be, as far as the text says.

use poshtree::v2::{Node, NodeKind, StringKind};

use super::state::{ITEMS, State, bounded, plain_name};
use super::tree::range;
use super::words::{self, Part};
use super::{Items, Source, Walker, known, unknown};
use crate::effects::{UnknownKind, Value};

impl Walker<'_> {
    pub(super) fn expression(
        &mut self,
        node: &Node,
        source: Source<'_>,
        state: &mut State,
    ) -> Items {
        match &node.kind {
            NodeKind::Paren(inner) | NodeKind::SubExpression(inner) => {
                self.eval(inner, source, state)
            }
            NodeKind::Variable(name) => self.variable(name, state),
            NodeKind::Number(text) | NodeKind::BareWord(text) => known(text),
            NodeKind::StringLiteral { kind, value, .. } => {
                self.literal(node, *kind, value, source, state)
            }
            NodeKind::Ternary {
                condition,
                if_true,
                if_false,
            } => {
                self.eval(condition, source, state);
                let mut items = self.eval(if_true, source, state);
                items.extend(self.eval(if_false, source, state));
                bounded(items)
            }
            NodeKind::Binary { op, left, right } => {
                let left = self.eval(left, source, state);
                let right = self.eval(right, source, state);
                match op.to_ascii_lowercase().as_str() {
                    "+" => joined(&left, &right),
                    "??" => bounded([left, right].concat()),
                    "-f" => formatted(&left, &right),
                    "-join" => joined_by(&left, &right),
                    _ => unknown(),
                }
            }
            NodeKind::Cast { type_name, operand } => {
                let items = self.eval(operand, source, state);
                match type_name.to_lowercase().rsplit('.').next() {
                    Some("scriptblock") => {
                        self.code(&items, source.part(&range(node)), state);
                        unknown()
                    }
                    Some(
                        "string" | "string[]" | "object[]" | "array" | "fileinfo" | "directoryinfo"
                        | "void",
                    ) => items,
                    _ => unknown(),
                }
            }
            NodeKind::MemberAccess {
                target,
                member,
                is_static,
            } => {
                let items = self.eval(target, source, state);
                let is_path = ["fullname", "path", "pspath", "providerpath", "value"];
                if !is_static && is_path.contains(&member.to_lowercase().as_str()) {
                    return items;
                }
                unknown()
            }
            NodeKind::InvokeMember {
                target,
                member,
                is_static,
                args,
            } => self.method(node, target, (member, *is_static), args, source, state),
            NodeKind::Index { target, index } => {
                let items = self.eval(target, source, state);
                self.eval(index, source, state);
                // One of them, or one letter of a text: whichever it is, a list was asked for.
                if items.len() > 1 { items } else { unknown() }
            }
            NodeKind::Error(_) => {
                self.unknown(UnknownKind::Unparsable, source.text, source.span());
                unknown()
            }
            _ => {
                let mut inner = state.clone();
                node.for_each_child(&mut |child| {
                    self.eval(child, source, &mut inner);
                });
                state.join(inner);
                unknown()
            }
        }
    }

    /// Returns what a variable may hold.
    pub(super) fn variable(&self, name: &str, state: &State) -> Items {
        let name = plain_name(name);
        if let Some(items) = state.variables.get(&name) {
            return items.clone();
        }
        let home = || self.repository.home().map_or_else(unknown, known);
        match name.as_str() {
            "null" => Vec::new(),
            "true" | "false" => known(&name),
            "home" | "env:userprofile" | "env:home" => home(),
            "pwd" | "psscriptroot" => folders(state),
            "env:systemdrive" | "env:homedrive" => known("C:"),
            "env:systemroot" | "env:windir" => known("C:\\Windows"),
            _ => unknown(),
        }
    }

    fn literal(
        &mut self,
        node: &Node,
        kind: StringKind,
        value: &str,
        source: Source<'_>,
        state: &mut State,
    ) -> Items {
        let whole = range(node);
        let inside = whole.start + 1..whole.end.saturating_sub(1).max(whole.start + 1);
        match kind {
            StringKind::Single => known(&value.trim_matches('\'').replace("''", "'")),
            StringKind::HereSingle => {
                let body = words::here_body(value, 0..value.len());
                known(value.get(body).unwrap_or_default())
            }
            StringKind::Double => self.expanded(inside, source, state),
            StringKind::HereDouble => {
                self.expanded(words::here_body(source.text, whole), source, state)
            }
        }
    }

    /// Returns what a string may be in which variables count.
    pub(super) fn expanded(
        &mut self,
        range: std::ops::Range<usize>,
        source: Source<'_>,
        state: &mut State,
    ) -> Items {
        let parts = words::pieces(source.text, range);
        self.parts(&parts, source, state)
    }

    /// Returns what pieces of a word may be together.
    pub(super) fn parts(&mut self, parts: &[Part], source: Source<'_>, state: &mut State) -> Items {
        let mut items: Option<Items> = None;
        for part in parts {
            let next = match part {
                Part::Bare(text) | Part::Quoted(text) => known(text),
                Part::Variable(name) => self.variable(name, state),
                Part::Expands(range) => self.expanded(range.clone(), source, state),
                Part::Expression(range) => self.text(source.part(range), state),
                Part::Block(range) => {
                    self.text(source.part(range), &mut state.clone());
                    unknown()
                }
                Part::Splat(_) => unknown(),
            };
            items = Some(match items {
                None => next,
                Some(items) => joined(&items, &next),
            });
        }
        items.unwrap_or_else(|| known(""))
    }
}

/// The folders that the shell may be in.
pub(super) fn folders(state: &State) -> Items {
    let folders = state.folders.iter().map(|folder| match folder {
        Some(folder) => Value::Known(folder.clone()),
        None => Value::Starts(String::new()),
    });
    folders.collect()
}

/// Puts texts together: each of the first with each of the second.
pub(super) fn joined(left: &[Value], right: &[Value]) -> Items {
    let nothing = known("");
    let left = if left.is_empty() { &nothing } else { left };
    let right = if right.is_empty() { &nothing } else { right };
    if left.len() * right.len() > ITEMS {
        return unknown();
    }
    let all = left.iter().flat_map(|one| {
        right.iter().map(move |other| match (one, other) {
            (Value::Known(start), Value::Known(end)) => Value::Known(format!("{start}{end}")),
            (Value::Known(start), Value::Starts(end)) => Value::Starts(format!("{start}{end}")),
            (Value::Starts(start), _) => Value::Starts(start.clone()),
        })
    });
    bounded(all.collect())
}

/// `'{0}\x' -f $a`.
fn formatted(format: &[Value], values: &[Value]) -> Items {
    let one = |format: &Value| {
        let Value::Known(format) = format else {
            return format.clone();
        };
        let mut text = format.clone();
        for (at, value) in values.iter().enumerate() {
            let mark = format!("{{{at}}}");
            match value {
                Value::Known(value) => text = text.replace(&mark, value),
                Value::Starts(start) => {
                    if let Some((before, _)) = text.split_once(&mark) {
                        return Value::Starts(format!("{before}{start}"));
                    }
                }
            }
        }
        match text.split_once('{') {
            Some((before, _)) => Value::Starts(before.to_owned()),
            None => Value::Known(text),
        }
    };
    format.iter().map(one).collect()
}

/// `'a', 'b' -join ''`.
fn joined_by(values: &[Value], between: &[Value]) -> Items {
    let values: Option<Vec<&str>> = values.iter().map(Value::known).collect();
    match (values, between) {
        (Some(values), [Value::Known(between)]) => known(&values.join(between)),
        _ => unknown(),
    }
}
