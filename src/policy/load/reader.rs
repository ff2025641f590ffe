//! A small kit to read typed values from the tree. Each function reports what is wrong where it is, and goes on.

use std::time::Duration;

use crate::policy::problems::{FileId, Place, Problem, Problems, shape, values};
use crate::policy::text_pattern::Scrutiny;
use crate::policy::yaml::{Kind, Meaning, Node};
use crate::programs::Programs;

/// Reads the values of one file.
pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) problems: &'a mut Problems,
    /// How closely expressions are looked at.
    pub(super) scrutiny: Scrutiny,
    /// What programs are known by, where a person wants to hear of every doubt.
    pub(super) programs: Option<&'a Programs>,
}

/// A map whose keys were checked.
#[derive(Clone, Copy)]
pub(super) struct Map<'n> {
    pub(super) node: &'n Node,
    entries: &'n [(Node, Node)],
}

/// Text and the value it was written as.
#[derive(Clone, Copy)]
pub(super) struct Text<'n> {
    pub(super) text: &'n str,
    pub(super) node: &'n Node,
}

/// Words a complaint about a word that is none of the known ones.
pub(super) type Complaint = fn(Place, &str, &[&str]) -> Problem;

impl<'n> Map<'n> {
    /// Returns key and value.
    pub(super) fn entry(&self, key: &str) -> Option<(&'n Node, &'n Node)> {
        self.entries()
            .find(|(name, ..)| *name == key)
            .map(|(_, key, value)| (key, value))
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Returns every entry whose key is a word, with that word.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'n str, &'n Node, &'n Node)> {
        self.entries
            .iter()
            .filter_map(|(key, value)| Some((key.scalar()?.text.as_str(), key, value)))
    }
}

impl Reader<'_> {
    pub(super) fn place(&self, node: &Node) -> Place {
        Place::new(self.file, node.span)
    }

    pub(super) fn say(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Returns the place of some bytes inside a text.
    pub(super) fn part(&self, text: Text<'_>, at: usize, len: usize) -> Place {
        self.problems
            .part(self.place(text.node), text.text, at, len)
    }

    pub(super) fn wrong_type(&mut self, node: &Node, key: &str, wanted: &str) {
        let problem = shape::wrong_type(self.place(node), key, wanted, node.kind_name());
        self.say(problem);
    }

    /// Reads a map whose keys are not checked yet.
    pub(super) fn any_map<'n>(&mut self, node: &'n Node, key: &str) -> Option<Map<'n>> {
        let Kind::Map(entries) = &node.kind else {
            self.wrong_type(node, key, "a map");
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| key.scalar().is_none()) {
            let problem = shape::bad_key(self.place(key));
            self.say(problem);
        }
        Some(Map { node, entries })
    }

    /// Reads a map and reports keys that are not known in it.
    pub(super) fn map<'n>(&mut self, node: &'n Node, key: &str, known: &[&str]) -> Option<Map<'n>> {
        let map = self.any_map(node, key)?;
        for (name, at, _) in map.entries() {
            if !known.contains(&name) {
                let problem = shape::unknown_key(self.place(at), name, &format!("`{key}`"), known);
                self.say(problem);
            }
        }
        Some(map)
    }

    /// Reads text. Numbers and booleans must be quoted to be text.
    pub(super) fn text<'n>(&mut self, node: &'n Node, key: &str) -> Option<Text<'n>> {
        let found = node.scalar().and_then(|scalar| match scalar.meaning() {
            Meaning::Text(text) => Some(Text { text, node }),
            Meaning::Bool(_) | Meaning::Integer(_) | Meaning::Number => None,
        });
        if found.is_none() {
            self.wrong_type(node, key, "text");
        }
        found
    }

    /// Reads text that must not be empty.
    pub(super) fn filled_text<'n>(&mut self, node: &'n Node, key: &str) -> Option<Text<'n>> {
        let text = self.text(node, key)?;
        if text.text.trim().is_empty() {
            let problem = shape::empty_text(self.place(node), key);
            self.say(problem);
            return None;
        }
        Some(text)
    }

    /// Reads a list; one value alone counts as a list of one. An empty list is a problem.
    pub(super) fn items<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::List(items) if items.is_empty() => {
                let problem = shape::empty_list(self.place(node), key);
                self.say(problem);
                None
            }
            Kind::List(items) => Some(items),
            Kind::Scalar(_) => Some(std::slice::from_ref(node)),
            Kind::Null | Kind::Map(_) => {
                self.wrong_type(node, key, "text or a list");
                None
            }
        }
    }

    /// Reads a list of texts that are not empty.
    pub(super) fn texts<'n>(&mut self, node: &'n Node, key: &str) -> Option<Vec<Text<'n>>> {
        let items = self.items(node, key)?;
        Some(
            items
                .iter()
                .filter_map(|item| self.filled_text(item, key))
                .collect(),
        )
    }

    /// Reads one of some words.
    pub(super) fn word<T: Copy>(
        &mut self,
        node: &Node,
        key: &str,
        words: &[(T, &str)],
        complain: Complaint,
    ) -> Option<T> {
        let Some(text) = node.scalar().map(|scalar| scalar.text.as_str()) else {
            self.wrong_type(node, key, "a word");
            return None;
        };
        if let Some((value, _)) = words.iter().find(|(_, word)| *word == text) {
            return Some(*value);
        }
        let known: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
        let problem = complain(self.place(node), text, &known);
        self.say(problem);
        None
    }

    /// Reads a list of words, each counted once.
    pub(super) fn words<T: Copy + PartialEq>(
        &mut self,
        node: &Node,
        key: &str,
        words: &[(T, &str)],
        complain: Complaint,
    ) -> Option<Vec<T>> {
        let mut list = Vec::new();
        for item in self.items(node, key)? {
            if let Some(value) = self.word(item, key, words, complain)
                && !list.contains(&value)
            {
                list.push(value);
            }
        }
        Some(list)
    }

    pub(super) fn flag(&mut self, node: &Node, key: &str) -> Option<bool> {
        if let Some(Meaning::Bool(value)) = node.scalar().map(super::super::yaml::Scalar::meaning) {
            Some(value)
        } else {
            self.wrong_type(node, key, "true or false");
            None
        }
    }

    pub(super) fn duration(&mut self, node: &Node, key: &str) -> Option<Duration> {
        let Some(scalar) = node.scalar() else {
            self.wrong_type(node, key, "a duration");
            return None;
        };
        // A bare `0` is a duration to `humantime`, and caught below.
        match humantime::parse_duration(scalar.text.trim()) {
            Ok(Duration::ZERO) => {
                let problem = values::zero_timeout(self.place(node));
                self.say(problem);
                None
            }
            Ok(duration) => Some(duration),
            Err(_) => {
                let problem = values::bad_duration(self.place(node), &scalar.text);
                self.say(problem);
                None
            }
        }
    }
}
