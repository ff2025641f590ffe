//! Simple commands: assignments, redirections, what the shell does itself, and everything else handed to `program`.

use super::Walker;
use super::fields::Field;
use super::stages::Input;
use super::state::State;
use crate::call::Access;
use crate::effects::{Span, UnknownKind, Value};
use crate::repo::Follow;
use crate::shell::{Assignment, AssignmentValue, Redirect, RedirectOp, SimpleCommand, Target};

impl Walker<'_> {
    pub(super) fn simple(&mut self, simple: &SimpleCommand, state: &mut State) {
        let Some(budget) = self.budget.checked_sub(1) else {
            let span = self.span(simple.span);
            self.unknown(
                UnknownKind::Unparsable,
                "a line with too many steps",
                Some(span),
            );
            state.ended = true;
            return;
        };
        self.budget = budget;
        let readings = self.fields(&simple.words, state);
        if simple.words.is_empty() {
            self.assign(&simple.assignments, state);
        } else {
            // They hold for this command alone; what is executed in them runs all the same.
            self.assign(&simple.assignments, &mut state.clone());
        }
        self.redirects(&simple.redirects, state);
        let input = self.input_of(&simple.redirects, state);
        let span = self.span(simple.span);
        state.succeeded = simple.words.is_empty();
        let mut after: Option<State> = None;
        for fields in readings {
            let mut inner = state.clone();
            self.words(&fields, &input, span, &mut inner);
            after = Some(match after {
                Some(other) => other.join(inner),
                None => inner,
            });
        }
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
        if let Some(function) = state.functions.get(name).cloned() {
            let parameters = rest.iter().map(|field| field.value.clone()).collect();
            self.call(name, &function, parameters, state);
        } else if !self.builtin(name, rest, span, state) {
            self.program(first, rest, input, span, state);
        }
    }

    fn assign(&mut self, assignments: &[Assignment], state: &mut State) {
        for assignment in assignments {
            if let Some(index) = &assignment.index {
                self.parts(&index.parts, state);
            }
            let values = match &assignment.value {
                AssignmentValue::Scalar(word) => {
                    let fields = self.values(word, state);
                    fields.into_iter().map(|field| field.value).collect()
                }
                AssignmentValue::Array(elements) => {
                    for element in elements {
                        self.values(&element.value, state);
                    }
                    Vec::new()
                }
            };
            if assignment.append || assignment.index.is_some() {
                state.forget(&assignment.name);
            } else {
                state.set(&assignment.name, values);
            }
        }
    }

    /// Does what a shell does itself; returns `false` for everything else.
    fn builtin(&mut self, name: &str, rest: &[Field], span: Span, state: &mut State) -> bool {
        match name {
            "cd" | "pushd" => self.change_folder(rest, state),
            "popd" => state.folders = vec![None],
            "exit" | "return" => state.ended = true,
            "eval" => self.eval(rest, span, state),
            "export" | "declare" | "typeset" | "local" | "readonly" => declare(rest, state),
            "read" | "unset" | "mapfile" | "readarray" | "getopts" => {
                for field in rest {
                    state.forget(field.value.start());
                }
            }
            "set" | "shift" => state.parameters = None,
            "." | "source" => {
                self.sourced(rest, span, state);
                return false;
            }
            "true" | ":" => state.succeeded = true,
            _ => return false,
        }
        true
    }

    fn change_folder(&mut self, rest: &[Field], state: &mut State) {
        let target = rest
            .iter()
            .find(|field| !field.value.start().starts_with('-') || field.value.start() == "-");
        let target = match target {
            None => self
                .repository
                .home()
                .map(|home| Value::Known(home.to_owned())),
            Some(field) => Some(field.value.clone()),
        };
        let Some(Value::Known(target)) = target.filter(|target| target.start() != "-") else {
            state.folders = vec![None];
            return;
        };
        let mut folders = Vec::new();
        let mut is_sure = true;
        for folder in &state.folders {
            let Some(next) = joined(folder.as_deref(), &target) else {
                folders.push(None);
                continue;
            };
            let exists = std::path::Path::new(&next).is_dir();
            is_sure &= exists;
            folders.push(Some(next));
            if !exists {
                // It may fail, and then what follows a `;` runs here.
                state.succeeded = false;
            }
        }
        state.succeeded = is_sure && folders.iter().all(Option::is_some);
        folders.dedup();
        state.folders = folders;
    }

    fn eval(&mut self, rest: &[Field], span: Span, state: &mut State) {
        let words: Option<Vec<&str>> = rest.iter().map(|field| field.value.known()).collect();
        if let Some(words) = words {
            let text = words.join(" ");
            self.under("eval", |walker| walker.nested(&text, span, state));
        } else {
            self.unknown(UnknownKind::OpaqueCode, "eval", Some(span));
            state.forget_all();
        }
    }

    /// Code of a file runs in this shell; the file itself is read by the program's entry in the table.
    fn sourced(&mut self, rest: &[Field], span: Span, state: &mut State) {
        if rest.iter().any(|field| field.value.known().is_none()) {
            self.unknown(UnknownKind::OpaqueCode, "source", Some(span));
        }
        state.forget_all();
        state.folders = state.folders.iter().cloned().chain([None]).collect();
    }

    pub(super) fn redirects(&mut self, redirects: &[Redirect], state: &mut State) {
        for redirect in redirects {
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

/// `export NAME=value` and its like. Values were split from their names at run time's mercy, so only plain ones are kept.
fn declare(rest: &[Field], state: &mut State) {
    for field in rest {
        let text = field.value.start();
        if text.starts_with('-') {
            continue;
        }
        match (text.split_once('='), &field.value) {
            (Some((name, value)), Value::Known(_)) => {
                state.set(name, vec![Value::Known(value.to_owned())]);
            }
            (Some((name, value)), Value::Starts(_)) => {
                state.set(name, vec![Value::Starts(value.to_owned())]);
            }
            (None, _) => {}
        }
    }
}

/// Returns a folder's path from another; `None` when it is not known.
pub(super) fn joined(folder: Option<&str>, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let folder = folder?;
    Some(format!("{}/{path}", folder.trim_end_matches('/')))
}
