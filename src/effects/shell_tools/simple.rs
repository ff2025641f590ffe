//! Simple commands: assignments, redirections, what the shell does itself, and everything else handed to `program`.

use super::Walker;
use super::fields::Field;
use super::stages::Input;
use super::state::State;
use crate::call::Access;
use crate::effects::{Span, Value};
use crate::programs;
use crate::repo::Follow;
use crate::shell::{
    Assignment, AssignmentValue, Element, Redirect, RedirectOp, SimpleCommand, Target, Word,
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
        let readings = self.fields(&simple.words, state);
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
        let span = self.span(simple.span);
        state.succeeded = simple.words.is_empty();
        self.is_typed = self.is_as_typed(simple, state);
        // The usual command: one reading, and nothing that needs the state from before it.
        if let ([fields], []) = (readings.as_slice(), simple.redirects.as_slice()) {
            self.words(fields, &input, span, state);
            self.given.truncate(outer);
            return;
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
            if function.is_alias {
                self.program(first, rest, input, span, state);
            }
            let outer = std::mem::replace(&mut self.input, input.clone());
            self.call(name, &function, parameters, state);
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
            && state.links.is_empty()
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
                    self.assign_list(assignment, elements, state);
                    continue;
                }
            };
            if assignment.index.is_some() {
                state.forget(&assignment.name);
            } else if assignment.append {
                let before = state.variable(&assignment.name).map(<[Value]>::to_vec);
                state.set(
                    &assignment.name,
                    appended(&before.unwrap_or_default(), &values),
                );
            } else {
                self.setting(&assignment.name, &values, self.span(assignment.span), state);
                state.set(&assignment.name, values);
            }
        }
    }

    fn assign_list(&mut self, assignment: &Assignment, elements: &[Element], state: &mut State) {
        let words: Vec<Word> = elements
            .iter()
            .map(|element| element.value.clone())
            .collect();
        let readings = self.fields(&words, state);
        let is_plain = elements.iter().all(|element| element.index.is_none());
        let (true, [fields]) = (is_plain, readings.as_slice()) else {
            state.forget(&assignment.name);
            return;
        };
        let before = if assignment.append {
            state.list(&assignment.name)
        } else {
            Some(Vec::new())
        };
        let Some(mut values) = before else {
            state.forget(&assignment.name);
            return;
        };
        for field in fields {
            values.extend(
                self.globbed(field, state)
                    .into_iter()
                    .map(|field| field.value),
            );
        }
        state.set_list(&assignment.name, values);
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
            let fields = self.values(word, state);
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
fn appended(before: &[Value], values: &[Value]) -> Vec<Value> {
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
    Some(format!("{}/{path}", folder.trim_end_matches('/')))
}
