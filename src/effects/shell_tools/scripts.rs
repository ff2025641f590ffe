//! Script files: what a line runs from the disk is walked as if it stood in the line.
//!
//! Only plain files of people's own are opened, and only so many and so large; an installed program is no script of the
//! repository. What stays unseen in a file, or beyond the bounds, is an unknown of its own kind.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::Walker;
use super::fields::Field;
use super::origin::Origin;
use super::positional::Positional;
use super::program::{Started, base_name, is_folder, pieces};
use super::simple::joined;
use super::stages::{FILES as FILES_KEPT, File as Written, Input};
use super::state::State;
use crate::deadline;
use crate::effects::{Span, UnknownKind, Value};
use crate::programs::{self, Reading, Role};
use crate::shell;

/// Longest file that is read.
const LONGEST: usize = 256 * 1_024;
/// Files of one call that are read, each run counted.
const FILES: usize = 40;
/// Bytes of them in all.
const BYTES: usize = 1_024 * 1_024;
/// Simple commands in them that are followed, loops and calls counted each time.
const STEPS: usize = 4_000;
/// Where installed programs are.
const INSTALLED: [&str; 11] = [
    "/bin/",
    "/sbin/",
    "/usr/",
    "/lib/",
    "/lib64/",
    "/opt/",
    "/etc/",
    "/nix/",
    "/snap/",
    "/Library/",
    "/Applications/",
];

/// How much may still be read and walked.
#[derive(Debug)]
pub(super) struct Bounds {
    files: usize,
    bytes: usize,
    steps: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            files: FILES,
            bytes: BYTES,
            steps: STEPS,
        }
    }
}

/// A text file on the disk.
#[derive(Debug)]
pub(super) struct Stored {
    /// Absolute.
    pub(super) path: String,
    pub(super) text: String,
}

impl Walker<'_> {
    /// Returns the files that a path may name, for each folder that the shell may be in, and whether these are all.
    pub(super) fn stored(&mut self, path: &str, state: &State) -> (Vec<Stored>, bool) {
        let mut all = Vec::new();
        let mut is_sure = !self.remote;
        let folders: &[_] = if self.remote { &[] } else { &state.folders };
        for folder in folders {
            let Some(absolute) = joined(folder.as_deref(), path) else {
                is_sure = false;
                continue;
            };
            let source = self.copied_from(path, state);
            match self.text_at(&source.unwrap_or_else(|| absolute.clone())) {
                Some(text) => all.push(Stored {
                    path: absolute,
                    text,
                }),
                None => is_sure = false,
            }
        }
        (all, is_sure)
    }

    /// Returns what the line made a path a copy of, or a link to.
    pub(super) fn copied_from(&self, path: &str, state: &State) -> Option<String> {
        if self.copies.is_empty() {
            return None;
        }
        let places = self.file_places(path, state);
        let copy = self
            .copies
            .iter()
            .rev()
            .find(|(place, _)| places.contains(place))?;
        Some(copy.1.clone())
    }

    /// Keeps what `tee` writes and what is copied, for whatever runs it later.
    pub(super) fn keep_copies(
        &mut self,
        name: &str,
        fields: &[Field],
        input: &Input,
        state: &State,
    ) {
        let is_tee = name == "tee";
        if !(is_tee || matches!(name, "cp" | "mv" | "ln" | "install" | "gcp"))
            || self.remote
            || self.copies.len() > FILES_KEPT
        {
            return;
        }
        let is_operand = |field: &&Field| !field.value.start().starts_with('-');
        let operands: Vec<&Field> = fields.iter().filter(is_operand).collect();
        if is_tee {
            let is_added = fields
                .iter()
                .any(|field| matches!(field.value.known(), Some("-a" | "--append")));
            let text = match input {
                Input::Known(text) if !is_added => Some(text.clone()),
                _ => None,
            };
            for path in operands.iter().filter_map(|field| field.value.known()) {
                self.keep_text(path, text.as_ref(), state);
            }
            return;
        }
        let [source, target] = operands.as_slice() else {
            return;
        };
        let (Some(from), Some(to)) = (source.value.known(), target.value.known()) else {
            return;
        };
        let to = if is_folder(target, state) {
            format!("{}/{}", to.trim_end_matches('/'), base_name(from))
        } else {
            to.to_owned()
        };
        match self.content(from, state) {
            Some(Input::Known(text)) => self.keep_text(&to, Some(&text), state),
            Some(_) => self.keep_text(&to, None, state),
            None => {
                let [Some(folder)] = state.folders.as_slice() else {
                    return;
                };
                let earlier = self.copied_from(from, state);
                let Some(from) = earlier.or_else(|| joined(Some(folder), from)) else {
                    return;
                };
                for place in self.file_places(&to, state) {
                    self.copies.push((place, from.clone()));
                }
            }
        }
    }

    /// `ln -s /bin/rm x; ./x`: a program under another name.
    pub(super) fn run_copy(
        &mut self,
        first: &Field,
        rest: &[Field],
        input: &Input,
        span: Span,
        state: &mut State,
    ) {
        let Some(path) = first.value.known().filter(|path| path.contains('/')) else {
            return;
        };
        let Some(source) = self.copied_from(path, state) else {
            return;
        };
        if base_name(&source) != base_name(path) && self.is_installed(&source) {
            self.program(&Field::known(&source, span), rest, input, span, state);
        }
    }

    pub(super) fn keep_text(&mut self, path: &str, text: Option<&String>, state: &State) {
        for place in self.file_places(path, state) {
            self.keep_file(Written {
                place,
                text: text.cloned(),
            });
        }
    }

    /// Returns the text of a small plain file.
    pub(super) fn text_at(&mut self, absolute: &str) -> Option<String> {
        if self.muted || self.is_installed(absolute) || base_name(absolute).starts_with(".env") {
            return None;
        }
        let path = Path::new(absolute);
        let about = fs::metadata(path).ok()?;
        let size = usize::try_from(about.len()).ok()?;
        // A pipe or a device could keep us waiting.
        if !about.is_file() || size > LONGEST {
            return None;
        }
        self.bounds.files = self.bounds.files.checked_sub(1)?;
        self.bounds.bytes = self.bounds.bytes.checked_sub(size)?;
        let mut bytes = Vec::with_capacity(size);
        let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
        deadline::open(path)
            .ok()?
            .take(limit)
            .read_to_end(&mut bytes)
            .ok()?;
        let text = String::from_utf8(bytes).ok()?;
        (!text.contains('\0')).then_some(text)
    }

    /// Does something inside a file: what stays unknown there is the file's, and it has steps of its own.
    pub(super) fn within(&mut self, file: &str, act: impl FnOnce(&mut Self)) {
        let outer = self.file.replace(base_name(file).to_owned());
        let is_outermost = outer.is_none();
        if is_outermost {
            std::mem::swap(&mut self.budget, &mut self.bounds.steps);
        }
        self.under(base_name(file), act);
        if is_outermost {
            std::mem::swap(&mut self.budget, &mut self.bounds.steps);
        }
        self.file = outer;
    }

    /// Walks a file of shell text as a program of its own.
    pub(super) fn run_stored(
        &mut self,
        stored: &Stored,
        name: &str,
        words: Vec<Value>,
        span: Span,
        state: &State,
    ) {
        let mut inner = state.clone();
        inner.set("0", vec![Value::Known(name.to_owned())]);
        inner.set("BASH_SOURCE", vec![Value::Known(name.to_owned())]);
        inner.parameters = Positional::of(words);
        inner.functions.clear();
        inner.lists.clear();
        self.give(&mut inner);
        self.walk_stored(stored, span, &mut inner);
    }

    fn walk_stored(&mut self, stored: &Stored, span: Span, state: &mut State) {
        self.within(&stored.path, |walker| {
            let script = shell::parse(&stored.text);
            let (Ok(script), true) = (script, walker.depth < super::DEPTH) else {
                return walker.unknown(UnknownKind::Script, &stored.path, Some(span));
            };
            walker.inside(Origin::unseen(span), |walker| {
                walker.depth += 1;
                walker.script(&script, state);
                walker.depth -= 1;
            });
        });
    }

    /// Walks a file in the shell that reads it; what it sets stays.
    pub(super) fn sourced(&mut self, rest: &[Field], span: Span, state: &mut State) {
        let mut words = rest.iter();
        let path = words.next().and_then(|field| field.value.known());
        let Some(path) = path.filter(|_| !self.muted) else {
            self.unknown(UnknownKind::OpaqueCode, "source", Some(span));
            return state.forget_sourced();
        };
        let words: Vec<Value> = words.map(|field| field.value.clone()).collect();
        let (files, is_sure) = match self.content(path, state) {
            Some(Input::Known(text)) => {
                let outer = state.enter(words);
                self.under("source", |walker| walker.nested(&text, None, span, state));
                return state.exit(outer);
            }
            Some(_) => {
                self.unknown(UnknownKind::OpaqueCode, path, Some(span));
                return state.forget_sourced();
            }
            None => self.stored(path, state),
        };
        if let ([file], true) = (files.as_slice(), is_sure) {
            let outer = state.enter(words);
            let source = state.variable("BASH_SOURCE").map(<[Value]>::to_vec);
            state.set("BASH_SOURCE", vec![Value::Known(file.path.clone())]);
            self.walk_stored(file, span, state);
            state.set("BASH_SOURCE", source.unwrap_or_default());
            return state.exit(outer);
        }
        for file in &files {
            self.run_stored(file, path, words.clone(), span, state);
        }
        if !is_sure {
            self.unknown(UnknownKind::Script, path, Some(span));
        }
        state.forget_sourced();
    }

    /// `make test`: what the repository's recipes do is not looked into; those that the line itself wrote are.
    pub(super) fn recipe(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &State) {
        let is_recipe = matches!(reading.language, Some("make" | "ninja"));
        if !is_recipe || reading.has("-n") || started.name == "cmake" || started.is_doubtful {
            return;
        }
        let named = pieces(started, reading, &[Role::ScriptFile, Role::Read]);
        let named = named.iter().filter_map(|field| field.value.known());
        let is_stdin = |field: &Field| {
            let text = field.value.known().unwrap_or_default();
            let value = text.strip_prefix("-f").or(text.strip_prefix("--file="));
            let value = value.unwrap_or(text);
            matches!(value, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
        };
        let stdin = started.fields.iter().any(is_stdin).then_some("-");
        for path in named
            .chain(stdin)
            .chain(["GNUmakefile", "makefile", "Makefile"])
        {
            let content = match path {
                "-" => Some(started.input.clone()),
                path => self.content(path, state),
            };
            match content {
                Some(Input::Known(text)) => self.recipes(started, &text, state),
                Some(_) => self.unknown(UnknownKind::OpaqueCode, path, Some(started.span)),
                None => {}
            }
        }
        self.unknown(UnknownKind::Script, &started.name, Some(started.span));
    }

    /// Walks the recipes of a makefile, line by line.
    fn recipes(&mut self, started: &Started<'_>, text: &str, state: &State) {
        for line in text.lines() {
            let behind_target = line.split_once(';').map(|(_, recipe)| recipe);
            let Some(recipe) = line.strip_prefix('\t').or(behind_target) else {
                continue;
            };
            let recipe = recipe
                .trim_start_matches(['@', '-', '+', ' '])
                .replace("$$", "$");
            self.script_text(started, &Field::known(&recipe, started.span), state);
        }
    }

    /// `./program`: a script is run by the interpreter that its first line names.
    pub(super) fn stored_program(&mut self, path: &str, rest: &[Field], span: Span, state: &State) {
        if self.remote || self.is_installed(path) {
            return;
        }
        let (files, is_sure) = self.stored(path, state);
        if !is_sure && programs::find(base_name(path)).is_none() {
            self.unknown(UnknownKind::Script, path, Some(span));
        }
        if let Some(file) = files.first() {
            self.interpreted(&file.text, path, rest, span, state);
        }
    }

    /// Runs a script by the interpreter that its text names; a shell runs one that names none itself.
    pub(super) fn interpreted(
        &mut self,
        text: &str,
        path: &str,
        rest: &[Field],
        span: Span,
        state: &State,
    ) {
        if self.depth >= super::DEPTH {
            return self.unknown(UnknownKind::OpaqueCode, path, Some(span));
        }
        let line = text.lines().next().and_then(|line| line.strip_prefix("#!"));
        let named: Vec<&str> = line.into_iter().flat_map(str::split_whitespace).collect();
        let is_env = named.first().is_some_and(|name| base_name(name) == "env");
        let own = |word: &&&str| !(is_env && (word.starts_with('-') || word.contains('=')));
        let mut words = named.iter().skip(usize::from(is_env)).filter(own);
        let interpreter = words.next().map_or("sh", |name| base_name(name));
        let mut fields: Vec<Field> = words.map(|word| Field::known(word, span)).collect();
        fields.push(Field::known(path, span));
        fields.extend(rest.iter().cloned());
        let interpreter = Field::known(interpreter, span);
        self.depth += 1;
        self.program(
            &interpreter,
            &fields,
            &Input::Inherited,
            span,
            &mut state.clone(),
        );
        self.depth -= 1;
    }

    /// Whether a path is one of an installed program: of the system, or in a hidden folder of the person's home.
    pub(super) fn is_installed(&self, path: &str) -> bool {
        if Path::new(path).starts_with(self.repository.root()) {
            return false;
        }
        let home = self.repository.home();
        let in_home = home.and_then(|home| path.strip_prefix(home));
        in_home.is_some_and(|rest| rest.starts_with("/."))
            || INSTALLED.iter().any(|folder| path.starts_with(folder))
    }
}
