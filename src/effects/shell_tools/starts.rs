//! What a program starts: the command behind a wrapper, shell text, code of another language, a script file.

use super::code;
use super::fields::Field;
use super::program::{Started, base_name, piece};
use super::stages::Input;
use super::state::State;
use super::{DEPTH, Walker};
use crate::call::Access;
use crate::effects::{Invocation, UnknownKind};
use crate::programs::reading::Command;
use crate::programs::{Reading, Role};
use crate::repo::Follow;

impl Walker<'_> {
    /// Walks a command that is started with words of this one.
    pub(super) fn command_in(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        command: &Command<'_>,
        state: &State,
    ) {
        let mut fields = words_of(started, command);
        if command.appends_stdin {
            fields.extend(from_input(started));
        }
        let is_remote = matches!(command.role, Role::RemoteCommand | Role::RemoteScriptWords);
        let is_text = matches!(command.role, Role::ScriptWords | Role::RemoteScriptWords);
        let act = |walker: &mut Self| {
            if is_text {
                walker.joined_text(started, &fields, state);
            } else if reading.language.is_none() || command.role == Role::Command {
                walker.deeper(started, &fields, state);
            }
        };
        if is_remote {
            self.far_away(act);
        } else {
            act(self);
        }
    }

    fn joined_text(&mut self, started: &Started<'_>, fields: &[Field], state: &State) {
        let words: Option<Vec<&str>> = fields.iter().map(|field| field.value.known()).collect();
        match words {
            Some(words) => {
                let text = Field::known(&words.join(" "), started.span);
                self.script_text(started, &text, state);
            }
            None => self.unknown(UnknownKind::OpaqueCode, &started.name, Some(started.span)),
        }
    }

    /// Walks shell text that a program is given.
    pub(super) fn script_text(&mut self, started: &Started<'_>, field: &Field, state: &State) {
        let Some(text) = field.value.known() else {
            self.unknown(UnknownKind::OpaqueCode, &field.shown(), Some(started.span));
            return;
        };
        self.under(&started.name, |walker| {
            walker.nested(text, started.span, &mut state.clone());
        });
    }

    fn deeper(&mut self, started: &Started<'_>, fields: &[Field], state: &State) {
        if self.depth >= DEPTH {
            self.unknown(UnknownKind::OpaqueCode, &started.name, Some(started.span));
            return;
        }
        // A wrapper starts a program, never what the shell does itself.
        let Some((first, rest)) = fields.split_first() else {
            return;
        };
        self.depth += 1;
        self.under(&started.name, |walker| {
            walker.program(first, rest, started.input, started.span, &mut state.clone());
        });
        self.depth -= 1;
    }

    /// Judges what a program runs or asks from its standard input.
    pub(super) fn stdin(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &State) {
        let Some(role) = reading.stdin else {
            return;
        };
        let text = match started.input {
            Input::Inherited => return,
            Input::Known(text) => Field::known(text, started.span),
            Input::Unknown if role == Role::Sql => return,
            Input::Unknown => {
                let written = format!("… | {}", started.name);
                self.unknown(UnknownKind::OpaqueCode, &written, Some(started.span));
                return;
            }
        };
        match role {
            Role::Sql => self.note(started, &text, |invocation| &mut invocation.sql),
            Role::Script => self.script_text(started, &text, state),
            Role::RemoteScript => self.far_away(|walker| walker.script_text(started, &text, state)),
            Role::Code => self.code(started, reading.language, &text, state),
            _ => {}
        }
    }

    /// A script that an interpreter runs is a program of its own: `python3 deploy.py production` runs `deploy.py`.
    pub(super) fn script_file(&mut self, started: &Started<'_>, reading: &Reading<'_>) {
        let script = reading
            .parts
            .iter()
            .find(|part| part.role == Role::ScriptFile);
        let Some(script) = script else {
            return;
        };
        let field = piece(started, script.at);
        let Some(path) = field.value.known() else {
            self.unknown(UnknownKind::OpaqueCode, &field.shown(), Some(started.span));
            return;
        };
        let words = started.fields.get(script.at.word + 1..).unwrap_or_default();
        let mut run: Option<Invocation> = None;
        self.under(&started.name, |walker| {
            run = Some(walker.invocation(Some(base_name(path)), words, started.span));
        });
        if let Some(run) = run.filter(|run| !self.effects.commands.contains(run)) {
            self.effects.commands.push(run);
        }
    }

    /// Looks into code of another language.
    pub(super) fn code(
        &mut self,
        started: &Started<'_>,
        language: Option<&str>,
        field: &Field,
        state: &State,
    ) {
        self.note(started, field, |invocation| &mut invocation.scripts);
        let Some(text) = field.value.known() else {
            self.unknown(UnknownKind::OpaqueCode, &field.shown(), Some(field.span));
            return;
        };
        let found = code::look(language.unwrap_or_default(), text);
        for (access, path) in found.paths {
            let is_delete = access == Access::Delete;
            let follow = if is_delete {
                Follow::AllButLast
            } else {
                Follow::All
            };
            let field = Field::known(&path, field.span);
            self.path(access, &field, follow, is_delete, &started.name, state);
        }
        for script in found.scripts {
            let text = Field::known(&script, field.span);
            self.script_text(started, &text, state);
        }
    }
}

/// Returns the words of a started command; a placeholder is replaced by what is put in its place, as far as that is known.
fn words_of(started: &Started<'_>, command: &Command<'_>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    if let Some(split) = command.split {
        let text = piece(started, split);
        let words = text.value.start().split_whitespace();
        fields.extend(words.map(|word| Field::known(word, started.span)));
    }
    let inputs = inputs(started, command);
    let given = started
        .fields
        .get(command.words.clone())
        .unwrap_or_default();
    for field in given {
        let text = field.value.known().unwrap_or_default();
        match command.placeholder {
            Some(mark) if text.contains(mark) && inputs.is_empty() => {
                let start = text.split(mark).next().unwrap_or_default();
                fields.push(field.starting(start));
            }
            Some(mark) if text.contains(mark) => {
                let filled = inputs.iter().map(|input| text.replace(mark, input));
                fields.extend(filled.map(|text| Field::known(&text, field.span)));
            }
            _ => fields.push(field.clone()),
        }
    }
    fields
}

/// What is put in place of a placeholder: words of the command line, and lines of a known input.
fn inputs<'f>(started: &'f Started<'_>, command: &Command<'_>) -> Vec<&'f str> {
    let listed = command.inputs.clone();
    let listed = listed
        .and_then(|range| started.fields.get(range))
        .unwrap_or_default();
    let lines = match started.input {
        Input::Known(text) => text.as_str(),
        Input::Inherited | Input::Unknown => "",
    };
    let words = listed.iter().filter_map(|field| field.value.known());
    words.chain(lines.lines()).collect()
}

/// The words that standard input adds to a command.
fn from_input(started: &Started<'_>) -> Vec<Field> {
    match started.input {
        Input::Known(text) => text
            .split_whitespace()
            .map(|word| Field::known(word, started.span))
            .collect(),
        Input::Inherited | Input::Unknown => vec![Field::unknown(started.span)],
    }
}
