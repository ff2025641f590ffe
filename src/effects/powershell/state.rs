//! What a shell of Windows knows at one point of a line.
//!
//! Where two ways through the line meet, both are kept.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Items;
use crate::effects::Value;

/// Alternatives kept of one folder.
const FOLDERS: usize = 8;
/// Elements and alternatives kept of one variable; with more it is not known.
pub(super) const ITEMS: usize = 64;

/// The state of one shell.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::effects) struct State {
    /// Where it may be: absolute, or `None` for a folder that is not known. Never empty.
    pub(in crate::effects) folders: Vec<Option<String>>,
    /// By name in lower case, `env:` in front of those of the environment.
    pub(super) variables: BTreeMap<String, Items>,
    /// Variables that hold `@{…}`.
    pub(super) tables: BTreeMap<String, Vec<(String, Items)>>,
    /// Functions, and variables that hold a block, with `$` in front.
    pub(super) functions: BTreeMap<String, Rc<Function>>,
    pub(super) aliases: BTreeMap<String, String>,
    /// Links that the line made: absolute path, and where it leads.
    pub(in crate::effects) links: Vec<(String, String)>,
}

/// A block with a name.
#[derive(Debug, PartialEq)]
pub(super) struct Function {
    pub(super) parameters: Vec<String>,
    pub(super) text: String,
}

impl State {
    pub(in crate::effects) fn at(folder: String) -> Self {
        Self {
            folders: vec![Some(folder)],
            variables: BTreeMap::new(),
            tables: BTreeMap::new(),
            functions: BTreeMap::new(),
            aliases: BTreeMap::new(),
            links: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, name: &str, items: Items) {
        let name = plain_name(name);
        self.functions.remove(&format!("${name}"));
        self.tables.remove(&name);
        self.variables.insert(name, bounded(items));
    }

    /// Goes on as either of two states.
    pub(super) fn join(&mut self, other: Self) {
        if *self == other {
            return;
        }
        for folder in other.folders {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        if self.folders.len() > FOLDERS {
            self.folders = vec![None];
        }
        let unknown = || vec![Value::Starts(String::new())];
        for (name, items) in &mut self.variables {
            let others = other.variables.get(name).cloned().unwrap_or_else(unknown);
            if *items != others {
                items.extend(others);
                *items = bounded(std::mem::take(items));
            }
        }
        for (name, mut items) in other.variables {
            self.variables.entry(name).or_insert_with(|| {
                items.extend(unknown());
                items
            });
        }
        self.tables.extend(other.tables);
        self.functions.extend(other.functions);
        self.aliases.extend(other.aliases);
        for link in other.links {
            if !self.links.contains(&link) {
                self.links.push(link);
            }
        }
    }
}

/// Too many items are not known.
pub(super) fn bounded(items: Items) -> Items {
    if items.len() > ITEMS {
        return vec![Value::Starts(String::new())];
    }
    items
}

/// A variable's name without its scope.
pub(super) fn plain_name(name: &str) -> String {
    let lower = name.trim_start_matches(['$', '@']).to_lowercase();
    let lower = lower.trim_start_matches('{').trim_end_matches('}');
    match lower.split_once(':') {
        Some(("global" | "script" | "local" | "private" | "using" | "variable", rest)) => {
            rest.to_owned()
        }
        _ => lower.to_owned(),
    }
}
