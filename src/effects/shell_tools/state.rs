//! What a shell knows at one point of a line: where it is, what its variables hold, which functions and links it made.
//!
//! Where two ways through the line meet, both are kept: a folder or a variable then has several alternatives.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::functions::join_functions;
pub(super) use super::functions::{Body, Function};
use super::locals::Locals;
use super::origin::Origin;
use super::positional::Positional;
use crate::effects::{Value, Variables};

/// Alternatives kept of one folder or variable; with more it is not known.
pub(super) const ALTERNATIVES: usize = 8;

/// Variables that are followed; what the others hold is not known.
const VARIABLES: usize = 100;

/// Elements of an array that is followed.
const ELEMENTS: usize = 1_000;

/// Variables that are in every environment: to assign them changes what programs see.
const EVERYWHERE: [&str; 11] = [
    "EDITOR", "HOME", "LANG", "PAGER", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER", "VISUAL",
];

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
    pub(super) lists: BTreeMap<String, Arc<Vec<Value>>>,
    pub(super) functions: BTreeMap<String, Function>,
    /// Variables that programs see, with what they may hold.
    pub(super) exported: Variables,
    /// Every variable that is set from here on is exported: `set -a`.
    pub(super) exports_all: bool,
    /// Variables whose values are not what is assigned to them: `declare -i`, `-l` and `-u`, by that letter.
    pub(super) changed: BTreeMap<String, char>,
    /// Variables that stand for others: `declare -n`.
    pub(super) references: BTreeMap<String, String>,
    /// What functions' own variables held outside; `None` outside of functions.
    pub(super) locals: Option<Locals>,
    /// What traps run, and the variables that they were followed with last.
    pub(super) traps: Traps,
    /// `$1` and on, where known.
    pub(super) parameters: Positional,
    /// The line does not go on from here: `exit`, `return`.
    pub(super) ended: bool,
    /// The last command surely succeeded.
    pub(super) succeeded: bool,
}

/// What the traps of a shell run.
#[derive(Debug, Clone, Default)]
pub(super) struct Traps {
    /// Each with where it stands.
    pub(super) texts: Vec<(String, Rc<Origin>)>,
    /// `None` before anything is trapped.
    pub(super) seen: Option<Variables>,
    pub(super) folders: Vec<Folder>,
}

impl PartialEq for Traps {
    fn eq(&self, other: &Self) -> bool {
        let texts = self.texts.iter().map(|(text, _)| text);
        texts.eq(other.texts.iter().map(|(text, _)| text))
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
            exported: Variables::default(),
            exports_all: false,
            changed: BTreeMap::new(),
            references: BTreeMap::new(),
            locals: None,
            traps: Traps::default(),
            parameters: Positional::default(),
            ended: false,
            succeeded: true,
        }
    }

    /// Returns what a variable may hold; `None` when nothing is known of it.
    pub(super) fn variable(&self, name: &str) -> Option<&[Value]> {
        self.variables.get(self.meant(name)).map(Vec::as_slice)
    }

    /// Returns the name of the variable that a name stands for.
    fn meant<'n>(&'n self, name: &'n str) -> &'n str {
        self.references.get(name).map_or(name, String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, mut values: Vec<Value>) {
        let meant = self.references.get(name).cloned();
        let name = meant.as_deref().unwrap_or(name);
        if let Some(way) = self.changed.get(name) {
            values = values
                .into_iter()
                .map(|value| changed(*way, value))
                .collect();
        }
        settle(&mut values);
        self.lists.remove(name);
        if self.is_exported(name) {
            Arc::make_mut(&mut self.exported).insert(name.to_owned(), values.clone());
        }
        if self.is_full() && !self.variables.contains_key(name) {
            return;
        }
        Arc::make_mut(&mut self.variables).insert(name.to_owned(), values);
    }

    /// Whether no further variable is kept.
    pub(super) fn is_full(&self) -> bool {
        self.variables.len() >= VARIABLES
    }

    /// Adds what a variable may hold as well.
    pub(super) fn add(&mut self, name: &str, value: Value) {
        if let Some(values) = self.variable(name) {
            let mut values = values.to_vec();
            values.push(value);
            self.set(name, values);
        }
    }

    /// Whether programs see a variable that is set now. Some are in every environment.
    fn is_exported(&self, name: &str) -> bool {
        self.exports_all || self.exported.contains_key(name) || EVERYWHERE.contains(&name)
    }

    /// Lets programs see a variable from here on.
    pub(super) fn export(&mut self, name: &str) {
        if let Some(values) = self.variables.get(name)
            && (self.exported.len() < VARIABLES || self.exported.contains_key(name))
        {
            let values = values.clone();
            Arc::make_mut(&mut self.exported).insert(name.to_owned(), values);
        }
    }

    /// Sets variables as they were before, the last one first.
    pub(super) fn take_back(&mut self, before: Vec<(String, Option<Vec<Value>>)>) {
        for (name, values) in before.into_iter().rev() {
            if let Some(values) = values {
                self.set(&name, values);
            } else if self.variables.contains_key(&name) {
                Arc::make_mut(&mut self.variables).remove(&name);
            }
        }
    }

    /// Keeps a variable from programs.
    pub(super) fn hide(&mut self, name: &str) {
        if self.exported.contains_key(name) {
            Arc::make_mut(&mut self.exported).remove(name);
        }
    }

    /// Empties a variable that is no longer there.
    pub(super) fn unset(&mut self, name: &str) {
        // Without it a shell splits as it always does.
        let empty = (name != "IFS").then(|| Value::Known(String::new()));
        self.set(name, empty.into_iter().collect());
        self.forget_elements(name);
        self.hide(name);
        self.changed.remove(name);
        if let Some(function) = self.functions.get_mut(name) {
            function.is_doubtful = true;
        }
    }

    /// Returns the elements of an array; a plain variable has one.
    pub(super) fn list(&self, name: &str) -> Option<Vec<Value>> {
        let single = || match self.variable(name)? {
            [value @ Value::Known(_)] => Some(vec![value.clone()]),
            _ => None,
        };
        let listed = self.lists.get(name).map(|list| list.to_vec());
        listed.or_else(single)
    }

    /// Sets an array. `$name` is its first element.
    pub(super) fn set_list(&mut self, name: &str, values: Vec<Value>) {
        self.set(name, values.first().cloned().into_iter().collect());
        if self.lists.len() < VARIABLES && values.len() <= ELEMENTS {
            self.lists.insert(name.to_owned(), Arc::new(values));
        } else {
            // Its first element alone would pass for all of it.
            self.forget(name);
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
    pub(super) fn enter(&mut self, words: Vec<Value>) -> Positional {
        let outer = self.parameters.clone();
        if !words.is_empty() {
            self.parameters = Positional::of(words);
        }
        outer
    }

    pub(super) fn exit(&mut self, outer: Positional) {
        self.parameters = outer;
        self.ended = false;
    }

    /// Goes on as what began here and failed: it may have done part of its work.
    pub(super) fn failing(self, tried: &Self) -> Self {
        let is_same = Arc::ptr_eq(&self.variables, &tried.variables)
            && self.folders == tried.folders
            && self.functions.len() == tried.functions.len();
        if is_same {
            self
        } else {
            self.join(tried.clone())
        }
    }

    /// Goes on as this or as another, where there is one.
    pub(super) fn join_with(&mut self, other: Option<Self>) {
        if let Some(other) = other {
            let this = std::mem::take(self);
            *self = this.join(other);
        }
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
        if !Arc::ptr_eq(&joined.exported, &other.exported) {
            join_variables(Arc::make_mut(&mut joined.exported), &other.exported);
        }
        joined.exports_all |= other.exports_all;
        joined.changed.extend(other.changed);
        joined.references.extend(other.references);
        joined.locals = super::locals::joined(joined.locals, other.locals);
        for text in other.traps.texts {
            if !joined.traps.texts.iter().any(|(known, _)| *known == text.0) {
                joined.traps.texts.push(text);
            }
        }
        join_functions(&mut joined.functions, other.functions);
        joined.parameters.join(other.parameters);
        joined.succeeded &= other.succeeded;
        joined
    }

    /// Ends a subshell: all that it knew was its own.
    pub(super) fn leave(&mut self) {
        self.succeeded = false;
    }
}

/// What a variable holds that was declared with `-l`, `-u` or `-i`.
fn changed(way: char, value: Value) -> Value {
    let fold = |text: &str| match way {
        'l' => text.to_lowercase(),
        _ => text.to_uppercase(),
    };
    match value {
        Value::Known(text) if way == 'i' && text.parse::<i64>().is_ok() => Value::Known(text),
        _ if way == 'i' => Value::Starts(String::new()),
        Value::Known(text) => Value::Known(fold(&text)),
        Value::Starts(text) => Value::Starts(fold(&text)),
    }
}

/// Returns either of two states, where there are two.
pub(super) fn either(one: Option<State>, other: Option<State>) -> Option<State> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.join(other)),
        (one, other) => one.or(other),
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

/// Keeps each alternative once, in the order of the text; none or too many of them are anything.
fn settle(values: &mut Vec<Value>) {
    if values.is_empty() || !keep_first(values, ALTERNATIVES) {
        *values = vec![Value::Starts(String::new())];
    }
}

/// Removes what stands there before; `false` where more than this many are left.
pub(super) fn keep_first(values: &mut Vec<Value>, most: usize) -> bool {
    if values.len() < 2 {
        return true;
    }
    let mut kept: Vec<Value> = Vec::new();
    for value in values.drain(..) {
        if kept.contains(&value) {
            continue;
        }
        if kept.len() == most {
            return false;
        }
        kept.push(value);
    }
    *values = kept;
    true
}

#[cfg(test)]
mod tests {
    use super::{ELEMENTS, State, VARIABLES};
    use crate::effects::Value;

    fn words(count: usize) -> Vec<Value> {
        (0..count)
            .map(|n| Value::Known(format!("word{n}")))
            .collect()
    }

    #[test]
    fn an_array_that_could_not_be_kept_is_forgotten() {
        let mut state = State::at("/repo".to_owned());
        state.set_list("whole", words(ELEMENTS));
        assert_eq!(state.list("whole"), Some(words(ELEMENTS)));
        state.set_list("long", words(ELEMENTS + 1));
        assert_eq!(state.list("long"), None);
        let open = [Value::Starts(String::new())];
        assert_eq!(state.variable("long"), Some(open.as_slice()));
        for n in 0..VARIABLES {
            state.set_list(&format!("list{n}"), words(2));
        }
        assert_eq!(state.list("list0"), Some(words(2)));
        let last = format!("list{}", VARIABLES - 1);
        assert_eq!((state.list(&last), state.variable(&last)), (None, None));
    }
}
