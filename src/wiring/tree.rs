//! A configuration as a tree of values, each with its place in the text.
//!
//! Values without a place come from hookgate's own templates. Objects keep the order in which they are written.

use serde_json::Value;

use super::{line, program};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// First and last byte in the text, the last one not included.
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Scalar(Value),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub key: String,
    /// Where the key begins; the member ends with its value.
    pub start: usize,
    pub node: Node,
}

/// A step down the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Element,
}

impl Node {
    /// Returns the value without places.
    #[must_use]
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::Array(elements) => elements.iter().map(Self::value).collect(),
            Kind::Object(members) => {
                let members = members.iter().map(|member| (&member.key, &member.node));
                members
                    .map(|(key, node)| (key.clone(), node.value()))
                    .collect()
            }
        }
    }

    /// Returns the text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    #[must_use]
    pub fn elements(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// Returns the value of a key. Where a key stands twice the last one counts, as it does for the readers of these files.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut found = self.members().iter().filter(|member| member.key == key);
        found.next_back().map(|member| &member.node)
    }

    /// Returns what a JSON pointer leads to.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        let mut steps = pointer.split('/').filter(|step| !step.is_empty());
        steps.try_fold(self, |node, step| node.get(step))
    }

    /// Whether the value is an entry of hookgate's: a hook that runs it, or a group of such hooks alone.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        match &self.kind {
            Kind::Scalar(_) => false,
            Kind::Array(elements) => !elements.is_empty() && elements.iter().all(Self::is_ours),
            Kind::Object(members) => self.is_our_hook() || is_our_group(members),
        }
    }

    /// Whether the object is one hook, and runs hookgate and nothing else.
    #[must_use]
    pub fn is_our_hook(&self) -> bool {
        let mut texts = self.members().iter().filter_map(|m| m.node.text());
        texts.any(line::is_ours) || program::is_ours(self)
    }

    /// Calls a function for each text below this value, with the key that it stands under.
    pub fn each_text<'a>(&'a self, key: &'a str, visit: &mut dyn FnMut(&'a str, &'a Node)) {
        match &self.kind {
            Kind::Scalar(Value::String(_)) => visit(key, self),
            Kind::Scalar(_) => {}
            Kind::Array(elements) => {
                for element in elements {
                    element.each_text(key, visit);
                }
            }
            Kind::Object(members) => {
                for member in members {
                    member.node.each_text(&member.key, visit);
                }
            }
        }
    }

    /// Returns the value with each text replaced.
    #[must_use]
    pub fn with_texts(&self, key: &str, change: &dyn Fn(&str, &str) -> String) -> Self {
        let kind = match &self.kind {
            Kind::Scalar(Value::String(text)) => Kind::Scalar(change(key, text).into()),
            Kind::Scalar(value) => Kind::Scalar(value.clone()),
            Kind::Array(elements) => {
                let elements = elements.iter().map(|node| node.with_texts(key, change));
                Kind::Array(elements.collect())
            }
            Kind::Object(members) => {
                let members = members.iter().map(|member| Member {
                    node: member.node.with_texts(&member.key, change),
                    ..member.clone()
                });
                Kind::Object(members.collect())
            }
        };
        Self { kind, ..*self }
    }
}

/// A group has lists of hooks below it, all of them hookgate's.
fn is_our_group(members: &[Member]) -> bool {
    let lists = members.iter().filter(|member| {
        let elements = member.node.elements();
        elements.iter().any(|node| !node.members().is_empty())
    });
    let mut lists = lists.peekable();
    lists.peek().is_some() && lists.all(|member| member.node.is_ours())
}
