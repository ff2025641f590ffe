//! Entries of hookgate's that nothing in them tells from others': they stand together between two that mean nothing.

use serde_json::Value;

use super::insert;
use super::parse::{Document, parse};
use super::remove::{self, Left, Ours};
use crate::wiring::problem::Problem;
use crate::wiring::tree::{Kind, Member, Node};

/// What stands between two marks, in one list or object.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The list or object, as a pointer.
    pub at: String,
    /// The texts, and their values where they are keys.
    pub entries: Vec<(String, Option<Value>)>,
}

/// All sections of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Sections {
    /// The texts of the first and the last entry.
    pub marks: (String, String),
    /// Every place where one may stand, wanted or not.
    pub places: Vec<String>,
    pub wanted: Vec<Section>,
}

impl Sections {
    /// Returns the text with the wanted sections in it and no others; it is left alone where they are there already.
    ///
    /// # Errors
    /// A mistake in the text, or something else in an entry's place.
    pub fn put(&self, text: &str) -> Result<String, Problem> {
        if self.is_put(text)? {
            return Ok(text.to_owned());
        }
        let template = self.template();
        let text = match self.taken(text)? {
            Left::Text(text) => text,
            Left::Nothing => return Ok(self.new_file()),
        };
        if self.wanted.is_empty() {
            return Ok(text);
        }
        insert::insert_all(&text, &parse(&text)?, &template)
    }

    /// Returns the text without any section.
    ///
    /// # Errors
    /// A mistake in the text, or a section with one of its ends missing.
    pub fn taken(&self, text: &str) -> Result<Left, Problem> {
        let document = parse(text)?;
        let starts = self.starts(text, &document)?;
        let ours = Ours {
            element: &|_, element| starts.contains(&element.start).then_some(true),
            member: &|member| starts.contains(&member.start),
        };
        let nothing = Node {
            start: 0,
            end: 0,
            kind: Kind::Object(Vec::new()),
        };
        Ok(remove::remove(text, &document, &nothing, ours))
    }

    /// Returns the text of a file that holds the sections alone.
    #[must_use]
    pub fn new_file(&self) -> String {
        insert::new_file(&self.template())
    }

    /// Returns the entries that are there, without the marks.
    ///
    /// # Errors
    /// A mistake in the text, or a section with one of its ends missing.
    pub fn there(&self, text: &str) -> Result<Vec<Section>, Problem> {
        let document = parse(text)?;
        let mut found = Vec::new();
        for at in &self.places {
            let Some(node) = document.root.as_ref().and_then(|root| root.at(at)) else {
                continue;
            };
            let items = self.between(text, node)?;
            let entries: Vec<_> = items
                .iter()
                .filter(|item| item.text != self.marks.0 && item.text != self.marks.1)
                .map(|item| (item.text.to_owned(), item.value.clone()))
                .collect();
            if !items.is_empty() {
                found.push(Section {
                    at: at.clone(),
                    entries,
                });
            }
        }
        Ok(found)
    }

    /// Whether the sections are there as they are wanted. What somebody else wrote too need not be written twice.
    fn is_put(&self, text: &str) -> Result<bool, Problem> {
        let there = self.there(text)?;
        let document = parse(text)?;
        let holds = |at: &str, entry: &str| {
            let list = document.root.as_ref().and_then(|root| root.at(at));
            list.is_some_and(|list| list.elements().iter().any(|one| one.text() == Some(entry)))
        };
        let is_same = |wanted: &Section| {
            let Some(found) = there.iter().find(|found| found.at == wanted.at) else {
                return false;
            };
            let is_there = |entry: &&(String, Option<Value>)| found.entries.contains(*entry);
            let missing = wanted.entries.iter().filter(|entry| !is_there(entry));
            let mut missing =
                missing.filter(|(text, value)| value.is_some() || !holds(&wanted.at, text));
            missing.next().is_none()
                && found
                    .entries
                    .iter()
                    .all(|entry| wanted.entries.contains(entry))
        };
        let is_wanted = |found: &Section| self.wanted.iter().any(|wanted| wanted.at == found.at);
        Ok(self.wanted.iter().all(is_same) && there.iter().all(is_wanted))
    }

    /// Where everything between the marks begins.
    fn starts(&self, text: &str, document: &Document) -> Result<Vec<usize>, Problem> {
        let mut starts = Vec::new();
        for at in &self.places {
            if let Some(node) = document.root.as_ref().and_then(|root| root.at(at)) {
                starts.extend(self.between(text, node)?.iter().map(|item| item.start));
            }
        }
        Ok(starts)
    }

    /// What stands from the first mark to the last, both included.
    fn between<'n>(&self, text: &str, node: &'n Node) -> Result<Vec<Item<'n>>, Problem> {
        let items = items(node);
        let place = |mark: &String| items.iter().position(|item| item.text == mark);
        match (place(&self.marks.0), place(&self.marks.1)) {
            (None, None) => Ok(Vec::new()),
            (Some(first), Some(last)) if first < last => Ok(items
                .into_iter()
                .skip(first)
                .take(last + 1 - first)
                .collect()),
            (first, last) => {
                let at = first.or(last).and_then(|at| items.get(at));
                let what = format!(
                    "of hookgate's entries, between `{}` and `{}`, one end is missing",
                    self.marks.0, self.marks.1
                );
                Err(Problem::at(
                    text,
                    at.map_or(node.start, |item| item.start),
                    what,
                ))
            }
        }
    }

    fn template(&self) -> Node {
        let mut root = object(Vec::new());
        for section in &self.wanted {
            let is_map = section.entries.iter().any(|(_, value)| value.is_some());
            let value = section.entries.iter().find_map(|(_, value)| value.clone());
            let mark = |text: &String| (text.clone(), value.clone());
            let all = [mark(&self.marks.0)].into_iter();
            let all = all
                .chain(section.entries.iter().cloned())
                .chain([mark(&self.marks.1)]);
            let items = if is_map {
                let members =
                    all.map(|(key, value)| member(&key, Kind::Scalar(value.unwrap_or_default())));
                Kind::Object(members.collect())
            } else {
                let elements = all.map(|(text, _)| scalar(Kind::Scalar(text.into())));
                Kind::Array(elements.collect())
            };
            let keys: Vec<&str> = section
                .at
                .split('/')
                .filter(|key| !key.is_empty())
                .collect();
            set(&mut root, &keys, items);
        }
        root
    }
}

/// An element of a list, or a member of an object.
struct Item<'n> {
    start: usize,
    text: &'n str,
    value: Option<Value>,
}

fn items(node: &Node) -> Vec<Item<'_>> {
    let elements = node.elements().iter().map(|element| Item {
        start: element.start,
        text: element.text().unwrap_or_default(),
        value: None,
    });
    let members = node.members().iter().map(|member| Item {
        start: member.start,
        text: &member.key,
        value: Some(member.node.value()),
    });
    elements.chain(members).collect()
}

fn scalar(kind: Kind) -> Node {
    Node {
        start: 0,
        end: 0,
        kind,
    }
}

fn object(members: Vec<Member>) -> Node {
    scalar(Kind::Object(members))
}

fn member(key: &str, kind: Kind) -> Member {
    Member {
        key: key.to_owned(),
        start: 0,
        node: scalar(kind),
    }
}

/// Puts a value where keys lead.
fn set(node: &mut Node, keys: &[&str], items: Kind) {
    let (Some((key, rest)), Kind::Object(members)) = (keys.split_first(), &mut node.kind) else {
        node.kind = items;
        return;
    };
    if !members.iter().any(|member| member.key == *key) {
        members.push(member(key, Kind::Object(Vec::new())));
    }
    if let Some(inner) = members.iter_mut().find(|member| member.key == *key) {
        set(&mut inner.node, rest, items);
    }
}
