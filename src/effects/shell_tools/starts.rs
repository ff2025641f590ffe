//! What a program starts: the command behind a wrapper, shell text, code of another language, a script file.

mod words;

use std::borrow::Cow;
use std::rc::Rc;

use super::code;
use super::fields::Field;
use super::home::{at_home, from_home, is_this_machine};
use super::origin::{Origin, together};
use super::positional::Positional;
use super::program::{Started, assigned, piece};
use super::stages::Input;
use super::state::State;
use super::{DEPTH, Walker};
use crate::call::Access;
use crate::effects::{Span, UnknownKind, Value};
use crate::patch;
use crate::programs::reading::{Command, PartKind};
use crate::programs::{self, Reading, Role};
use crate::repo::Follow;

/// Files of one piece of code whose text is kept.
const WRITTEN: usize = 64;

/// Parts of a command that are looked at in one step.
const PARTS: usize = 16;

impl Walker<'_> {
    /// Walks a command that is started with words of this one.
    pub(super) fn command_in(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        command: &Command<'_>,
        state: &State,
    ) {
        let mut inner;
        let mut state = state;
        if command.placeholder.is_some() || command.appends_stdin {
            inner = state.clone();
            let unknown = Value::Starts(String::new());
            inner.set(words::INPUT, vec![unknown]);
            inner.export(words::INPUT);
            state = &inner;
        }
        for fields in words::commands_of(started, command) {
            self.one_command(started, reading, command, &fields, state);
        }
    }

    fn one_command(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        command: &Command<'_>,
        fields: &[Field],
        state: &State,
    ) {
        let leads_away = matches!(command.role, Role::RemoteCommand | Role::RemoteScriptWords);
        let is_remote = leads_away && !is_this_machine(started, reading);
        let is_text = matches!(command.role, Role::ScriptWords | Role::RemoteScriptWords)
            && !words::adds_unknown_words(command, fields);
        let act = |walker: &mut Self| {
            if is_text {
                walker.joined_text(started, fields, state);
            } else if reading.language.is_none() || command.role == Role::Command {
                walker.deeper(started, fields, state);
            }
        };
        if is_remote {
            let (mounts, workdir) = self.mounts_of(started, reading, state);
            let outer = std::mem::replace(&mut self.mounts, mounts);
            let inner = State {
                folders: vec![workdir],
                ..state.clone()
            };
            self.far_away(|walker| {
                if is_text {
                    walker.joined_text(started, fields, &inner);
                } else {
                    walker.deeper(started, fields, &inner);
                }
            });
            self.mounts = outer;
        } else if leads_away {
            let inner = at_home(self.repository.home(), state);
            if is_text {
                self.joined_text(started, fields, &inner);
            } else {
                self.deeper(started, fields, &inner);
            }
        } else {
            act(self);
        }
    }

    fn joined_text(&mut self, started: &Started<'_>, fields: &[Field], state: &State) {
        let words: Option<Vec<&str>> = fields.iter().map(|field| field.value.known()).collect();
        match words {
            Some(words) => {
                let span = together(fields, started.span).unwrap_or(started.span);
                self.script_text(started, &Field::known(&words.join(" "), span), state);
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
        let words = (field.span != started.span).then_some(field.span);
        self.under(&started.name, |walker| {
            walker.nested(text, words, started.span, &mut state.clone());
        });
    }

    /// `wrapper … -- command`, where the table does not say that the words behind the dashes are a command.
    pub(super) fn behind_dashes(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let mark = |field: &Field| field.value.known() == Some("--");
        let Some(at) = started.fields.iter().position(mark) else {
            return;
        };
        if let Some(first) = program_behind(started, reading) {
            let behind = started.fields.get(at + 1..).unwrap_or_default();
            let words: Vec<Field> = std::iter::once(first)
                .chain(behind.iter().cloned())
                .collect();
            return self.deeper(started, &words, state);
        }
        let is_told = matches!(started.name.as_str(), "mise" | "rtx" | "flox");
        let is_listed = programs::find(&started.name).is_some();
        if !reading.commands.is_empty() || (is_listed && !is_told) {
            return;
        }
        let behind = started.fields.get(at + 1..).unwrap_or_default();
        let first = behind.first().and_then(|field| field.value.known());
        if first.is_some_and(|name| programs::find(name).is_some()) {
            self.deeper(started, behind, state);
        }
    }

    /// Judges a program that another one starts.
    pub(super) fn deeper(&mut self, started: &Started<'_>, fields: &[Field], state: &State) {
        if self.depth >= DEPTH {
            self.unknown(UnknownKind::OpaqueCode, &started.name, Some(started.span));
            return;
        }
        // `aws-vault exec profile -- command`
        let is_mark = fields
            .first()
            .is_some_and(|field| field.value.known() == Some("--"));
        let fields = fields.get(usize::from(is_mark)..).unwrap_or_default();
        // No program has such a name: `env -S 'NAME=value command'`.
        let count = fields.iter().take_while(|field| is_assignment(field));
        let (variables, fields) = fields.split_at_checked(count.count()).unwrap_or_default();
        // A wrapper starts a program, never what the shell does itself.
        let Some((first, rest)) = fields.split_first() else {
            return;
        };
        // npm takes the first `--` for itself: `npm exec eslint -- --fix`.
        let is_own = started.name == "npm"
            && rest
                .first()
                .is_some_and(|field| field.value.known() == Some("--"));
        let rest = rest.get(usize::from(is_own)..).unwrap_or_default();
        let outer = self.given.len();
        let assigned = variables.iter().filter_map(|field| assigned(&field.value));
        self.given.extend(assigned);
        let span = together(fields, started.span).unwrap_or(started.span);
        let rest = moved(rest, started.span, span);
        self.depth += 1;
        self.under(&started.name, |walker| {
            walker.program(first, &rest, started.input, span, &mut state.clone());
        });
        self.depth -= 1;
        self.given.truncate(outer);
    }

    /// Judges what a program runs or asks from its standard input.
    pub(super) fn stdin(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &State) {
        let Some(role) = reading.stdin else {
            return;
        };
        // `bash -n` only reads it.
        if reading.language == Some("shell") && reading.has("-n") {
            return;
        }
        let text = match started.input {
            Input::Inherited => return,
            Input::Known(text) => Field::known(text, started.span),
            Input::File(path) => return self.file_as_input(started, reading, role, path, state),
            Input::Unknown | Input::Begins(_) if role == Role::Sql => return,
            Input::Unknown | Input::Begins(_) if role == Role::Patch => {
                let written = format!("… | {}", started.name);
                let kind = UnknownKind::Path(Access::Write);
                return self.unknown(kind, &written, Some(started.span));
            }
            Input::Unknown | Input::Begins(_) => {
                let written = format!("… | {}", started.name);
                self.unknown(UnknownKind::OpaqueCode, &written, Some(started.span));
                return;
            }
        };
        match role {
            _ if started.name == "crontab" => self.schedule(started, &text, state),
            Role::Sql => self.sql(started, &text, state),
            Role::Script => self.script_with(started, reading, &text, state),
            Role::RemoteScript if is_this_machine(started, reading) => {
                let inner = at_home(self.repository.home(), state);
                self.script_text(started, &text, &inner);
            }
            Role::RemoteScript => self.far_away(|walker| walker.script_text(started, &text, state)),
            Role::Code => self.code(started, reading, &text, state),
            Role::Patch => self.patch_text(started, &text, state),
            _ => {}
        }
    }

    /// Walks the commands of a schedule: what stands behind the five fields that say when.
    fn schedule(&mut self, started: &Started<'_>, text: &Field, state: &State) {
        for line in text.value.start().lines() {
            if self.budget == 0 {
                return self.too_many_steps(text.span);
            }
            let mut rest = line.trim();
            let fields = if rest.starts_with('@') { 1 } else { 5 };
            for _ in 0..fields {
                let (_, behind) = rest.split_once(char::is_whitespace).unwrap_or_default();
                rest = behind.trim_start();
            }
            if !rest.is_empty() && !line.trim_start().starts_with('#') {
                self.script_text(started, &Field::known(rest, text.span), state);
            }
        }
    }

    /// Adds what a patch names. One that is not known, or names nothing that is seen, may write anywhere.
    pub(super) fn patch_text(&mut self, started: &Started<'_>, field: &Field, state: &State) {
        let files = field.value.known().map(patch::files).unwrap_or_default();
        if files.is_empty() {
            let kind = UnknownKind::Path(Access::Write);
            return self.unknown(kind, &field.shown(), Some(started.span));
        }
        for (access, path) in files {
            let path = Field::known(path, started.span);
            self.path(access, &path, Follow::All, false, &started.name, state);
        }
    }

    /// `./script`: a file that the line wrote itself, or one on the disk.
    pub(super) fn script_of_line(
        &mut self,
        first: &Field,
        rest: &[Field],
        span: Span,
        state: &State,
    ) {
        let Some(path) = first.value.known().filter(|path| path.contains('/')) else {
            return;
        };
        match self.content(path, state) {
            None => self.stored_program(path, rest, span, state),
            Some(Input::Known(text)) => self.interpreted(&text, path, rest, span, state),
            Some(_) => self.unknown(UnknownKind::OpaqueCode, path, Some(span)),
        }
    }

    /// Walks shell text whose parameters are the words after it: `bash -c text name words`.
    pub(super) fn script_with(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        field: &Field,
        state: &State,
    ) {
        let mut words = arguments(started, reading);
        let mut inner = state.clone();
        if reading.language == Some("shell") {
            let is_file = reading
                .parts
                .iter()
                .any(|part| part.role == Role::ScriptFile);
            if reading.has("-c") && !is_file && !words.is_empty() {
                inner.set("0", vec![words.remove(0)]);
            }
            inner.parameters = Positional::of(words);
            inner.functions.retain(|_, function| function.is_exported);
            self.give(&mut inner);
        }
        let outer = std::mem::replace(&mut self.input, started.input.clone());
        self.script_text(started, field, &inner);
        self.input = outer;
    }

    /// Looks into code of another language.
    pub(super) fn code(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        field: &Field,
        state: &State,
    ) {
        self.note(started, field, |invocation| &mut invocation.scripts);
        let Some(text) = field.value.known() else {
            // In another system's reading of `sed -i s/a/b/ $file`, the file is code.
            if !started.is_doubtful {
                self.unknown(UnknownKind::OpaqueCode, &field.shown(), Some(field.span));
            }
            return;
        };
        // Each piece of code is given all the words.
        self.budget = self.budget.saturating_sub(reading.parts.len() / PARTS);
        if self.budget == 0 {
            return self.too_many_steps(started.span);
        }
        let words = words_of_code(started, reading);
        let found = code::look(reading.language.unwrap_or_default(), text, &words);
        if found.is_opaque {
            self.unknown(UnknownKind::OpaqueCode, &started.name, Some(field.span));
        }
        if found.paths.is_empty() && found.scripts.is_empty() && found.files.is_empty() {
            return;
        }
        let words = (field.span != started.span).then_some(field.span);
        let code = self.origin_of(text, words, started.span);
        self.code_found(started, found, &code, state);
    }

    /// Adds what was found in code.
    pub(super) fn code_found(
        &mut self,
        started: &Started<'_>,
        found: code::Found,
        code: &Rc<Origin>,
        state: &State,
    ) {
        for (access, path) in found.paths {
            let is_delete = access == Access::Delete;
            let follow = if is_delete {
                Follow::AllButLast
            } else {
                Follow::All
            };
            let unknown = Field::unknown(code.literal(path.start()));
            let field = Field {
                value: from_home(path, self.repository.home()),
                ..unknown
            };
            self.path(access, &field, follow, is_delete, &started.name, state);
        }
        self.has_more_files |= found.files.len() > WRITTEN;
        for (path, text) in found.files.iter().take(WRITTEN) {
            self.keep_text(path, text.as_ref(), state);
        }
        for script in found.scripts {
            if self.budget == 0 {
                return self.too_many_steps(started.span);
            }
            let origin = code.holding(&script);
            self.under(&started.name, |walker| {
                walker.text_from(&script, origin, &mut state.clone());
            });
        }
    }
}

/// Returns the program whose words stand behind the dashes: `cargo fmt -- file`, `nix run nixpkgs#prettier -- file`.
fn program_behind(started: &Started<'_>, reading: &Reading<'_>) -> Option<Field> {
    match (started.name.as_str(), reading.subcommand.as_slice()) {
        ("cargo", ["fmt"]) => Some(Field::known("rustfmt", started.span)),
        ("nix", ["run"]) => {
            let package = piece(started, reading.operands().next()?.at);
            let (_, name) = package.value.known()?.rsplit_once('#')?;
            let name = name.rsplit('.').next()?;
            programs::find(name)?;
            Some(Field::known(name, package.span))
        }
        _ => None,
    }
}

/// Has words that stand nowhere by themselves stand with the command that gets them.
fn moved(words: &[Field], from: Span, to: Span) -> Cow<'_, [Field]> {
    let is_from = |word: &Field| word.span == from;
    if from == to || !words.iter().any(is_from) {
        return Cow::Borrowed(words);
    }
    let mut moved = words.to_vec();
    for word in moved.iter_mut().filter(|word| is_from(word)) {
        word.span = to;
    }
    Cow::Owned(moved)
}

fn is_assignment(field: &Field) -> bool {
    field
        .value
        .start()
        .split_once('=')
        .is_some_and(|(name, _)| {
            let is_letter = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
            !name.is_empty() && name.chars().all(is_letter)
        })
}

/// Returns the words that code is given, as far as they are known.
pub(super) fn words_of_code(started: &Started<'_>, reading: &Reading<'_>) -> Vec<String> {
    let words = reading.parts.iter().filter(|part| {
        part.kind == PartKind::Operand && !matches!(part.role, Role::Code | Role::ScriptFile)
    });
    words
        .map(|part| part.at)
        .chain(
            reading
                .options
                .iter()
                .filter(|option| option.name == "-v")
                .filter_map(|option| option.value),
        )
        .filter_map(|at| piece(started, at).value.known().map(str::to_owned))
        .collect()
}

/// Returns the words that a script is given.
pub(super) fn arguments(started: &Started<'_>, reading: &Reading<'_>) -> Vec<Value> {
    let words = reading
        .parts
        .iter()
        .filter(|part| part.role == Role::Argument);
    words.map(|part| piece(started, part.at).value).collect()
}
