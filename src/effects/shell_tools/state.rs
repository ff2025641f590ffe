//! What a shell knows at one point of a line: where it is, what its variables hold, which functions and links it made.
//!
//! Where two ways through the line meet, both are kept: a folder or a variable then has several alternatives.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::effects::{Value, Variables};
use crate::shell::Compound;

/// Alternatives kept of one folder or variable; with more it is not known.
const ALTERNATIVES: usize = 8;

/// Variables that are followed; what the others hold is not known.
const VARIABLES: usize = 100;

/// Where a shell may be: absolute, or `None` for a folder that is not known.
pub(super) type Folder = Option<String>;

/// The state of one shell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State {
    /// The alternatives. Never empty.
    pub(super) folders: Vec<Folder>,
    /// Where it still is if the last command, a `cd`, failed.
    pub(super) unless_moved: Vec<Folder>,
    /// Where `cd -` leads; empty before the first `cd`, when nobody knows.
    pub(super) previous: Vec<Folder>,
    /// Where `popd` leads, the last first.
    pub(super) stack: Vec<Vec<Folder>>,
    /// What each variable may hold. One that is not listed comes from the environment and may hold anything.
    /// Shared between copies until one changes.
    pub(super) variables: Variables,
    /// Arrays of which every element is listed.
    pub(super) lists: BTreeMap<String, Vec<Value>>,
    pub(super) functions: BTreeMap<String, Function>,
    /// Links that the line made: the link's absolute path, and where it leads.
    pub(super) links: Vec<(String, String)>,
    /// `$1` and on, where known.
    pub(super) parameters: Option<Vec<Value>>,
    /// The line does not go on from here: `exit`, `return`.
    pub(super) ended: bool,
    /// The last command surely succeeded.
    pub(super) succeeded: bool,
}

/// A function's body. Equality is identity: two definitions are two functions.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) body: Rc<Compound>,
    /// Whether it is an alias: a shell that expands none runs the program of that name.
    pub(super) is_alias: bool,
}

impl Function {
    pub(super) fn new(body: Compound) -> Self {
        Self {
            body: Rc::new(body),
            is_alias: false,
        }
    }

    pub(super) fn alias(body: Compound) -> Self {
        Self {
            is_alias: true,
            ..Self::new(body)
        }
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.body, &other.body)
    }
}

impl State {
    pub(super) fn at(folder: String) -> Self {
        Self {
            folders: vec![Some(folder)],
            variables: Variables::default(),
            lists: BTreeMap::new(),
            previous: Vec::new(),
            unless_moved: Vec::new(),
            stack: Vec::new(),
            functions: BTreeMap::new(),
            links: Vec::new(),
            parameters: None,
            ended: false,
            succeeded: true,
        }
    }

    /// Returns what a variable may hold; `None` when nothing is known of it.
    pub(super) fn variable(&self, name: &str) -> Option<&[Value]> {
        self.variables.get(name).map(Vec::as_slice)
    }

    pub(super) fn set(&mut self, name: &str, mut values: Vec<Value>) {
        values.sort();
        values.dedup();
        if values.len() > ALTERNATIVES || values.is_empty() {
            values = vec![Value::Starts(String::new())];
        }
        self.lists.remove(name);
        if self.variables.len() >= VARIABLES && !self.variables.contains_key(name) {
            return;
        }
        Arc::make_mut(&mut self.variables).insert(name.to_owned(), values);
    }

    /// Returns the elements of an array; a plain variable has one.
    pub(super) fn list(&self, name: &str) -> Option<Vec<Value>> {
        let single = || match self.variable(name)? {
            [value @ Value::Known(_)] => Some(vec![value.clone()]),
            _ => None,
        };
        self.lists.get(name).cloned().or_else(single)
    }

    /// Sets an array. `$name` is its first element.
    pub(super) fn set_list(&mut self, name: &str, values: Vec<Value>) {
        self.set(name, values.first().cloned().into_iter().collect());
        if self.lists.len() < VARIABLES {
            self.lists.insert(name.to_owned(), values);
        }
    }

    /// Goes on whether the last command succeeded or not.
    pub(super) fn settle(&mut self) {
        for folder in std::mem::take(&mut self.unless_moved) {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        if self.folders.len() > ALTERNATIVES {
            self.folders = vec![None];
        }
    }

    /// Goes to other folders.
    pub(super) fn go(&mut self, folders: Vec<Folder>) {
        self.previous = std::mem::replace(&mut self.folders, folders);
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.set(name, Vec::new());
    }

    /// Forgets every variable: code that is not known ran in this shell.
    pub(super) fn forget_all(&mut self) {
        let names: Vec<String> = self.variables.keys().cloned().collect();
        for name in names {
            self.forget(&name);
        }
    }

    /// Forgets what a file that is not known may have set or where it may have gone.
    pub(super) fn forget_sourced(&mut self) {
        self.forget_all();
        self.folders.push(None);
    }

    /// Begins a file that is read into this shell; `return` ends the file alone. Without words it keeps the parameters.
    pub(super) fn enter(&mut self, words: Vec<Value>) -> Option<Vec<Value>> {
        let outer = self.parameters.clone();
        if !words.is_empty() {
            self.parameters = Some(words);
        }
        outer
    }

    pub(super) fn exit(&mut self, outer: Option<Vec<Value>>) {
        self.parameters = outer;
        self.ended = false;
    }

    /// Goes on as either of two states.
    pub(super) fn join(self, other: Self) -> Self {
        match (self.ended, other.ended) {
            (true, false) => return other,
            (false, true) => return self,
            _ if self == other => return self,
            _ => {}
        }
        let mut joined = self;
        for folder in other.folders {
            if !joined.folders.contains(&folder) {
                joined.folders.push(folder);
            }
        }
        if joined.folders.len() > ALTERNATIVES {
            joined.folders = vec![None];
        }
        if joined.previous != other.previous {
            joined.previous = vec![None];
        }
        if joined.stack != other.stack {
            joined.stack = Vec::new();
        }
        joined
            .lists
            .retain(|name, list| other.lists.get(name) == Some(list));
        if !Arc::ptr_eq(&joined.variables, &other.variables) {
            join_variables(Arc::make_mut(&mut joined.variables), &other.variables);
        }
        joined.functions.extend(other.functions);
        for link in other.links {
            if !joined.links.contains(&link) {
                joined.links.push(link);
            }
        }
        if joined.parameters != other.parameters {
            joined.parameters = None;
        }
        joined.succeeded &= other.succeeded;
        joined
    }

    /// Ends a subshell: links stay on the disk, all else was its own.
    pub(super) fn leave(&mut self, inner: Self) {
        for link in inner.links {
            if !self.links.contains(&link) {
                self.links.push(link);
            }
        }
        self.succeeded = false;
    }
}

fn join_variables(
    variables: &mut BTreeMap<String, Vec<Value>>,
    other: &BTreeMap<String, Vec<Value>>,
) {
    for (name, values) in variables.iter_mut() {
        let others = other.get(name);
        if others == Some(values) {
            continue;
        }
        // In a line of many alternatives most values are known to be open already: nothing is copied for them.
        let nothing = Value::Starts(String::new());
        let others = others.map_or(std::slice::from_ref(&nothing), Vec::as_slice);
        let before = values.len();
        for value in others {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        if values.len() > before {
            settle(values);
        }
    }
    for (name, values) in other {
        // What is not listed may hold anything.
        if variables.len() < VARIABLES && !variables.contains_key(name) {
            let mut values = values.clone();
            values.push(Value::Starts(String::new()));
            settle(&mut values);
            variables.insert(name.clone(), values);
        }
    }
}

/// Brings alternatives in order; too many of them are anything.
fn settle(values: &mut Vec<Value>) {
    values.sort();
    values.dedup();
    if values.len() > ALTERNATIVES {
        *values = vec![Value::Starts(String::new())];
    }
}
