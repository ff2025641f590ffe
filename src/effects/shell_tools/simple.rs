//! Simple commands: assignments, redirections, what the shell does itself, and everything else handed to `program`.

use std::rc::Rc;
use std::sync::Arc;

use super::Walker;
use super::elements::element_name;
use super::fields::{Field, combine};
use super::parameters::static_text;
use super::positional::Positional;
use super::stages::Input;
use super::state::{State, Traps};
use super::walk::is_name;
use crate::call::Access;
use crate::effects::{Span, UnknownKind, Value};
use crate::programs;
use crate::repo::Follow;
use crate::shell::{
    Assignment, AssignmentValue, Element, PartKind, Redirect, RedirectOp, SimpleCommand, Target,
    Word,
};

/// What a shell does itself and is kept as a command all the same.
const NOTED: [&str; 9] = [
    "alias", "declare", "eval", "export", "readonly", "set", "shopt", "typeset", "unset",
];

impl Walker<'_> {
    pub(super) fn simple(&mut self, simple: &SimpleCommand, state: &mut State) {
        let Some(budget) = self.budget.checked_sub(1) else {
            let span = self.span(simple.span);
            self.too_many_steps(span);
            state.ended = true;
            return;
        };
        self.budget = budget;
        self.is_overlong = false;
        let declares = is_declaration(simple);
        let readings = if declares {
            self.declared(&simple.words, state)
        } else {
            self.fields(&simple.words, state)
        };
        if self.is_overlong && !prints(&readings) {
            let span = self.span(simple.span);
            self.unknown(
                UnknownKind::Unparsable,
                "a command with too many words",
                Some(span),
            );
        }
        let readings = with_shorter(readings, state);
        let outer = self.given.len();
        if simple.words.is_empty() {
            self.assign(&simple.assignments, state);
        } else if !simple.assignments.is_empty() {
            // They hold for this command alone; what is executed in them runs all the same.
            let mut inner = state.clone();
            self.assign(&simple.assignments, &mut inner);
            self.given
                .extend(simple.assignments.iter().filter_map(|assignment| {
                    let values = inner.variable(&assignment.name)?;
                    Some((assignment.name.clone(), values.to_vec()))
                }));
        }
        self.redirects(&simple.redirects, state);
        let input = self.input_of(&simple.redirects, state);
        self.keep_inputs(&simple.redirects, state);
        let span = self.span(simple.span);
        self.print_variables(simple, span, state);
        if self.is_setup(simple, state) {
            let name = simple.words.first().and_then(Word::bare_text);
            self.note_own(name.unwrap_or("eval"), &[], span, state);
            self.given.truncate(outer);
            return state.forget_all();
        }
        state.succeeded = simple.words.is_empty();
        self.is_typed = self.is_as_typed(simple, state);
        // The usual command: one reading, and nothing that needs the state from before it.
        if let ([fields], []) = (readings.as_slice(), simple.redirects.as_slice()) {
            self.words(fields, &input, span, state);
            self.given.truncate(outer);
            if declares {
                self.declare_lists(&simple.words, state);
            }
            return self.follow_traps(state);
        }
        let mut after: Option<State> = None;
        for fields in readings {
            let mut inner = state.clone();
            self.words(&fields, &input, span, &mut inner);
            after = Some(match after {
                Some(other) => other.join(inner),
                None => inner,
            });
        }
        self.given.truncate(outer);
        self.keep_output(simple, state);
        if let Some(after) = after {
            *state = after;
        }
        if declares {
            self.declare_lists(&simple.words, state);
        }
        self.follow_traps(state);
    }

    /// Returns the readings of a command such as `local`: the words that assign are not split.
    fn declared(&mut self, words: &[Word], state: &mut State) -> Vec<Vec<Field>> {
        let mut readings = vec![Vec::with_capacity(words.len())];
        for word in words {
            if assigned_name(word).is_some() {
                let plain = self.values(word, state).into_iter().map(|field| {
                    let pattern = None;
                    vec![Field { pattern, ..field }]
                });
                combine(&mut readings, plain.collect(), self.span(word.span));
            } else {
                let more = self.fields(std::slice::from_ref(word), state);
                combine(&mut readings, more, self.span(word.span));
            }
        }
        readings
    }

    /// `declare list=(…)`.
    fn declare_lists(&mut self, words: &[Word], state: &mut State) {
        for word in words {
            if let (Some((name, append)), Some(PartKind::Array(elements))) = (
                assigned_name(word),
                word.parts.get(1).map(|part| &part.kind),
            ) {
                let outer = std::mem::replace(&mut self.muted, true);
                self.assign_list(name, append, elements, state);
                self.muted = outer;
            }
        }
    }

    /// Follows what traps run once more, where variables or folders are others than before.
    fn follow_traps(&mut self, state: &mut State) {
        let is_seen = |state: &State| {
            let seen = state.traps.seen.as_ref();
            seen.is_some_and(|seen| Arc::ptr_eq(seen, &state.variables))
                && state.traps.folders == state.folders
        };
        if state.traps.texts.is_empty() || is_seen(state) {
            return;
        }
        state.traps.seen = Some(Arc::clone(&state.variables));
        state.traps.folders.clone_from(&state.folders);
        let mut inner = State {
            traps: Traps::default(),
            ..state.clone()
        };
        for (text, origin) in &state.traps.texts {
            self.under("trap", |walker| {
                walker.text_from(text, Rc::clone(origin), &mut inner);
            });
        }
    }

    /// Walks one command given as fields.
    pub(super) fn words(&mut self, fields: &[Field], input: &Input, span: Span, state: &mut State) {
        let Some((first, rest)) = fields.split_first() else {
            return;
        };
        let name = match &first.value {
            Value::Known(name) => name.as_str(),
            Value::Starts(_) => "",
        };
        let is_typed = std::mem::take(&mut self.is_typed);
        self.note_own(name, rest, span, state);
        if let Some(function) = state.functions.get(name).cloned() {
            let parameters = rest.iter().map(|field| field.value.clone()).collect();
            let parameters = Positional::of(parameters);
            if function.is_doubtful {
                self.program(first, rest, input, span, state);
            }
            let outer = std::mem::replace(&mut self.input, input.clone());
            let before = self.give(state);
            self.call(name, &function, parameters, span, state);
            state.take_back(before);
            self.input = outer;
        } else if !self.builtin(name, rest, input, span, state) {
            self.is_typed = is_typed;
            let is_source = matches!(name, "." | "source");
            self.is_sourcing = is_source;
            self.program(first, rest, input, span, state);
            if is_source {
                self.sourced(rest, span, state);
            }
        }
    }

    /// Sets the variables that stand before a command in the shell that it is, and returns what they held.
    pub(super) fn give(&self, state: &mut State) -> Vec<(String, Option<Vec<Value>>)> {
        let before = self.given.iter().map(|(name, values)| {
            let held = state.variables.get(name).cloned();
            state.set(name, values.clone());
            (name.clone(), held)
        });
        before.collect()
    }

    /// Notes what the shell does itself where a rule may be about it, and calls of functions that are no programs.
    fn note_own(&mut self, name: &str, rest: &[Field], span: Span, state: &State) {
        let is_own = NOTED.contains(&name)
            || (state.functions.contains_key(name) && programs::find(name).is_none());
        if is_own && !self.muted {
            let invocation = self.invocation(Some(name), rest, span);
            self.effects.commands.push(invocation);
        }
    }

    /// Whether a command's words alone say what it does.
    fn is_as_typed(&self, simple: &SimpleCommand, state: &State) -> bool {
        let is_plain = |redirect: &Redirect| match &redirect.target {
            Target::Word(word) => word.static_text().is_some_and(|text| {
                text == "/dev/null" || text.bytes().all(|byte| byte.is_ascii_digit())
            }),
            Target::HereDoc(_) => false,
        };
        simple.assignments.is_empty()
            && simple.words.iter().all(|word| word.static_text().is_some())
            && simple.redirects.iter().all(is_plain)
            && state.variables.is_empty()
            && state.functions.is_empty()
            && self.links.is_empty()
            && self.files.is_empty()
            && self.via.is_empty()
            && self.origin.is_none()
            && self.input == Input::Inherited
    }

    fn assign(&mut self, assignments: &[Assignment], state: &mut State) {
        for assignment in assignments {
            if let Some(index) = &assignment.index {
                self.parts(&index.parts, state);
            }
            let values: Vec<Value> = match &assignment.value {
                AssignmentValue::Scalar(word) => {
                    let fields = self.values(word, state);
                    fields.into_iter().map(|field| field.value).collect()
                }
                AssignmentValue::Array(elements) => {
                    self.assign_list(&assignment.name, assignment.append, elements, state);
                    continue;
                }
            };
            if let Some(index) = &assignment.index {
                let index = self.index(index, state);
                state.set_element(&assignment.name, index.as_deref(), values);
            } else if assignment.append {
                let before = state.variable(&assignment.name).map(<[Value]>::to_vec);
                state.set(
                    &assignment.name,
                    appended(&before.unwrap_or_default(), &values),
                );
            } else {
                let span = self.span(assignment.span);
                self.setting(&assignment.name, &values, span, state);
                for value in &values {
                    self.subscript(value, span, state);
                }
                state.set(&assignment.name, values);
            }
        }
    }

    fn assign_list(&mut self, name: &str, append: bool, elements: &[Element], state: &mut State) {
        let words: Vec<Word> = elements
            .iter()
            .map(|element| element.value.clone())
            .collect();
        let readings = self.fields(&words, state);
        let is_plain = elements.iter().all(|element| element.index.is_none());
        let [fields] = readings.as_slice() else {
            state.forget(name);
            return;
        };
        if !append {
            state.forget_elements(name);
        }
        if !is_plain {
            if fields.len() != elements.len() {
                state.forget(name);
                return;
            }
            state.set_list(
                name,
                fields.iter().map(|field| field.value.clone()).collect(),
            );
            for (element, field) in elements.iter().zip(fields) {
                if let Some(index) = element.index.as_ref().and_then(static_text) {
                    state.set(&element_name(name, &index), vec![field.value.clone()]);
                }
            }
            return;
        }
        let before = if append {
            state.list(name)
        } else {
            Some(Vec::new())
        };
        let Some(mut values) = before else {
            state.forget(name);
            return;
        };
        for field in fields {
            values.extend(
                self.globbed(field, state)
                    .into_iter()
                    .map(|field| field.value),
            );
        }
        state.set_list(name, values);
    }

    pub(super) fn redirects(&mut self, redirects: &[Redirect], state: &mut State) {
        for redirect in redirects {
            let Some(budget) = self.budget.checked_sub(1) else {
                return self.too_many_steps(self.span(redirect.span));
            };
            self.budget = budget;
            let word = match &redirect.target {
                Target::Word(word) => word,
                Target::HereDoc(document) => {
                    self.parts(document.body(), state);
                    continue;
                }
            };
            let fields = self.targets(word, state);
            let accesses: &[Access] = match redirect.op {
                RedirectOp::Read => &[Access::Read],
                RedirectOp::Write
                | RedirectOp::Append
                | RedirectOp::Clobber
                | RedirectOp::WriteBoth
                | RedirectOp::AppendBoth => &[Access::Write],
                RedirectOp::ReadWrite => &[Access::Read, Access::Write],
                RedirectOp::DuplicateOutput if !is_descriptor(&fields) => &[Access::Write],
                _ => &[],
            };
            let span = self.span(redirect.span);
            for field in &fields {
                for found in self.globbed(field, state) {
                    let found = Field { span, ..found };
                    for access in accesses {
                        self.path(*access, &found, Follow::All, false, "the shell", state);
                    }
                }
            }
        }
    }
}

/// Adds a reading in which words that are not known are none, where their number says which parameter is which.
fn with_shorter(mut readings: Vec<Vec<Field>>, state: &State) -> Vec<Vec<Field>> {
    for at in 0..readings.len() {
        let Some((first, rest)) = readings.get(at).and_then(|fields| fields.split_first()) else {
            continue;
        };
        let name = first.value.start();
        if (name == "set" || state.functions.contains_key(name))
            && let Some(rest) = without_unknown(rest)
        {
            let first = first.clone();
            readings.push(std::iter::once(first).chain(rest).collect());
        }
    }
    readings
}

/// Returns the words without those of which nothing is known and that stand before others.
pub(super) fn without_unknown(words: &[Field]) -> Option<Vec<Field>> {
    let is_unknown =
        |field: &Field| field.value.known().is_none() && field.value.start().is_empty();
    let last = words.iter().rposition(|field| !is_unknown(field))?;
    let (before, _) = words.split_at_checked(last)?;
    before.iter().any(is_unknown).then(|| {
        let kept = words.iter().filter(|field| !is_unknown(field));
        kept.cloned().collect()
    })
}

/// Whether a command only prints its words.
fn prints(readings: &[Vec<Field>]) -> bool {
    let mut names = readings.iter().filter_map(|fields| fields.first());
    names.all(|name| matches!(name.value.known(), Some("echo" | "printf")))
}

/// Whether a command assigns by its words.
fn is_declaration(simple: &SimpleCommand) -> bool {
    let name = simple.words.first().and_then(Word::bare_text);
    name.is_some_and(|name| super::builtins::DECLARING.contains(&name))
}

/// Returns the variable that a word such as `name=…` or `name+=…` assigns, and whether it adds to it.
fn assigned_name(word: &Word) -> Option<(&str, bool)> {
    let first = word.parts.first().filter(|part| !part.quoted)?;
    let (name, _) = first.text()?.split_once('=')?;
    let bare = name.strip_suffix('+').unwrap_or(name);
    is_name(bare).then_some((bare, bare.len() < name.len()))
}

/// `2>&1` and `>&-` name no file.
fn is_descriptor(fields: &[Field]) -> bool {
    fields.iter().all(|field| {
        field.value.known().is_some_and(|text| {
            text.chars()
                .all(|letter| letter.is_ascii_digit() || letter == '-')
        })
    })
}

/// `name+=value`, for each alternative.
pub(super) fn appended(before: &[Value], values: &[Value]) -> Vec<Value> {
    let each = before.iter().flat_map(|before| {
        values.iter().map(move |value| match (before, value) {
            (Value::Known(one), Value::Known(other)) => Value::Known(format!("{one}{other}")),
            (Value::Known(one), Value::Starts(other)) => Value::Starts(format!("{one}{other}")),
            (Value::Starts(_), _) => before.clone(),
        })
    });
    let short = |value: &Value| value.start().len() <= super::fields::LONGEST;
    let all: Vec<Value> = each.collect();
    if all.iter().all(short) {
        all
    } else {
        Vec::new()
    }
}

/// Returns a folder's path from another; `None` when it is not known.
pub(super) fn joined(folder: Option<&str>, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let folder = folder?;
    if path == "." {
        return Some(folder.to_owned());
    }
    Some([folder.trim_end_matches('/'), "/", path].concat())
}
