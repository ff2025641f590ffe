//! Pipelines, and what is known of the text that flows through them.

use std::borrow::Cow;

use super::Walker;
use super::dumps::{only_orders, shows};
use super::fields::Field;
use super::listing::installed;
use super::printing::{echoed, filtered, name_part, printed, translated};
use super::program::base_name;
use super::spelling::Manner;
use super::state::State;
use crate::effects::Value;
use crate::repo::{Follow, Place};
use crate::shell::{
    Command, Compound, Connector, HereDoc, Pipeline, Process, Redirect, RedirectOp, Script,
    SimpleCommand, Target, Word,
};

/// What a command reads from its standard input, or prints.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    /// Not redirected.
    Inherited,
    /// This text.
    Known(String),
    /// Lines that begin with one of these.
    Begins(Vec<String>),
    /// What this file holds, an absolute path; nobody looked yet.
    File(String),
    /// From a pipe or file whose content is not known.
    Unknown,
}

/// A file that the line wrote.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) place: Place,
    /// What it holds, where that is known.
    pub(super) text: Option<String>,
}

/// Files that are kept track of.
pub(super) const FILES: usize = 1_000;

impl Walker<'_> {
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, state: &mut State) {
        if let [only] = pipeline.stages.as_slice() {
            self.command(&only.command, state);
            state.succeeded &= !pipeline.negated;
            return;
        }
        let mut flowing = self.input.clone();
        let mut stages = pipeline.stages.iter().peekable();
        while let Some(stage) = stages.next() {
            let mut inner = state.clone();
            let outer = std::mem::replace(&mut self.input, flowing);
            flowing = match stages.peek() {
                Some(_) => self.output(&stage.command, &mut inner),
                None => Input::Unknown,
            };
            let first = self.effects.commands.len();
            let was_unseen = self.is_unseen;
            self.is_unseen |= stages.peek().is_some_and(|next| !shows(&next.command));
            self.command(&stage.command, &mut inner);
            self.is_unseen = was_unseen;
            if let Some(next) = stages.peek() {
                let next = *next;
                // What puts lines in another order lets all of them through.
                let mut further = stages.clone();
                let mut reads = || further.find(|stage| !only_orders(&stage.command));
                self.name_variables(first, || &reads().unwrap_or(next).command);
                self.handed_on(first, &next.command, state);
            }
            self.input = outer;
            state.leave();
        }
    }

    /// Walks a command substitution, and returns what it may leave in its place.
    pub(super) fn substitution(&mut self, script: &Script, state: &mut State) -> Vec<Value> {
        let mut inner = state.clone();
        let output = self.printed_by(script, &mut inner);
        if !self.muted {
            self.unseen(script, state);
        }
        match output {
            Input::Known(text) => vec![Value::Known(text.trim_end_matches('\n').to_owned())],
            Input::Begins(starts) => {
                let values: Vec<Value> = starts.into_iter().map(Value::Starts).collect();
                vec![Value::Starts(super::walk::common_start(&values))]
            }
            Input::Inherited | Input::File(_) | Input::Unknown => {
                vec![Value::Starts(String::new())]
            }
        }
    }

    /// Walks a process substitution, and returns the name of the file that stands for it.
    pub(super) fn process(&mut self, process: &Process, state: &mut State) -> String {
        let path = format!("/dev/fd/{}", 63 + self.files.len());
        let text = match self.printed_by(&process.script, &mut state.clone()) {
            Input::Known(text) => Some(text),
            _ => None,
        };
        if !self.muted {
            self.unseen(&process.script, state);
        }
        self.files.push(File {
            place: Place::Outside(path.clone()),
            text: text.filter(|_| !process.reads),
        });
        path
    }

    /// Returns what a script prints that is one pipeline.
    pub(super) fn printed_by(&mut self, script: &Script, state: &mut State) -> Input {
        let [item] = script.items.as_slice() else {
            return Input::Unknown;
        };
        let mut pipeline = &item.list.first;
        if let [(Connector::And, next)] = item.list.rest.as_slice() {
            // `$(cd "$(dirname "$0")" && pwd)`
            let [only] = pipeline.stages.as_slice() else {
                return Input::Unknown;
            };
            let Command::Simple(simple) = &only.command else {
                return Input::Unknown;
            };
            if simple.words.first().and_then(Word::static_text).as_deref() != Some("cd") {
                return Input::Unknown;
            }
            let outer = std::mem::replace(&mut self.muted, true);
            self.command(&only.command, state);
            self.muted = outer;
            pipeline = next;
        }
        let outer = self.input.clone();
        let mut flowing = self.input.clone();
        for stage in &pipeline.stages {
            self.input = flowing;
            flowing = self.output(&stage.command, state);
        }
        self.input = outer;
        flowing
    }

    /// Returns what a command prints, where its words alone say so.
    fn output(&mut self, command: &Command, state: &mut State) -> Input {
        let Command::Simple(simple) = command else {
            return Input::Unknown;
        };
        let is_redirected = simple.redirects.iter().any(|redirect| !is_input(redirect));
        if is_redirected && !self.is_tee(simple) {
            return Input::Unknown;
        }
        self.output_of(simple, state)
    }

    fn is_tee(&self, simple: &SimpleCommand) -> bool {
        let name = simple.words.first().and_then(Word::static_text);
        !self.remote && name.as_deref() == Some("tee")
    }

    /// Returns what a command prints when its output is not redirected.
    pub(super) fn output_of(&mut self, simple: &SimpleCommand, state: &mut State) -> Input {
        // Asked for its text only: what it does is walked elsewhere.
        let outer = std::mem::replace(&mut self.muted, true);
        let readings = self.fields(&simple.words, state);
        let input = self.input_of(&simple.redirects, state);
        let output = match readings.as_slice() {
            [fields] => self.prints(fields, input, simple.redirects.len(), state),
            _ => Input::Unknown,
        };
        self.muted = outer;
        output
    }

    fn prints(
        &mut self,
        fields: &[Field],
        input: Input,
        redirects: usize,
        state: &mut State,
    ) -> Input {
        let Some((first, rest)) = fields.split_first() else {
            // `$(< file)`
            return if redirects > 0 {
                input
            } else {
                Input::Known(String::new())
            };
        };
        let Some(program) = first.value.known().map(base_name) else {
            return Input::Unknown;
        };
        if let Some(output) = self.prints_of_function(program, rest, state) {
            return output;
        }
        let globbed = if matches!(program, "find" | "gfind") {
            Cow::Borrowed(rest)
        } else {
            self.all_globbed(rest, state)
        };
        let words: Option<Vec<&str>> = globbed.iter().map(|field| field.value.known()).collect();
        let Some(words) = words else {
            return Input::Unknown;
        };
        if let Some(names) = self.names_of_files(program, &words, state) {
            return names;
        }
        let known = |text: Option<String>| text.map_or(Input::Unknown, Input::Known);
        let no_operands = words.iter().all(|word| word.starts_with('-'));
        if matches!(program, "echo" | "printf") {
            self.note_printed(rest);
        }
        match program {
            "echo" => Input::Known(echoed(&words)),
            "printf" => known(printed(&words)),
            "pwd" if no_operands => match state.folders.as_slice() {
                [Some(folder)] => Input::Known(folder.clone()),
                _ => Input::Unknown,
            },
            "cat" | "tee" | "sort" | "uniq" | "head" | "tail"
                if program == "tee" || no_operands =>
            {
                input
            }
            "cat" => match words.as_slice() {
                [path] => self.file(path, state),
                _ => Input::Unknown,
            },
            "grep" | "egrep" | "fgrep" => filtered(program, &words, input),
            "dirname" | "basename" => known(name_part(program, &words)),
            "tr" => match input {
                Input::Known(text) => known(translated(&words, &text)),
                _ => Input::Unknown,
            },
            "true" | ":" => Input::Known(String::new()),
            "which" | "command" | "type" => known(installed(program, &words)),
            "find" | "gfind" => self.found(&words, state),
            "ls" => self.listed(&words, state),
            "git" if words == ["rev-parse", "--show-toplevel"] => {
                Input::Known(self.repository.root().to_string_lossy().into_owned())
            }
            _ => Input::Unknown,
        }
    }

    /// Returns what a file holds that the line wrote: `None` for any other file.
    pub(super) fn content(&self, path: &str, state: &State) -> Option<Input> {
        if matches!(path, "/dev/stdin" | "/dev/fd/0" | "-") {
            return match &self.input {
                Input::Inherited => None,
                other => Some(other.clone()),
            };
        }
        if self.files.is_empty() {
            return None;
        }
        let places = self.file_places(path, state);
        if self.has_more_files {
            return Some(Input::Unknown);
        }
        let file = self
            .files
            .iter()
            .rev()
            .find(|file| places.contains(&file.place))?;
        Some(file.text.clone().map_or(Input::Unknown, Input::Known))
    }

    /// Returns what a file holds: as the line wrote it, or as it is on the disk.
    fn file(&self, path: &str, state: &State) -> Input {
        match (self.content(path, state), state.folders.as_slice()) {
            (Some(known), _) => known,
            (None, [folder]) if !path.is_empty() && !self.remote => {
                let copied = self.copied_from(path, state);
                let path = copied.or_else(|| super::simple::joined(folder.as_deref(), path));
                path.map_or(Input::Unknown, Input::File)
            }
            _ => Input::Unknown,
        }
    }

    pub(super) fn file_places(&self, path: &str, state: &State) -> Vec<Place> {
        if path.starts_with("/dev/fd/") {
            return vec![Place::Outside(path.to_owned())];
        }
        if let Some(number) = path.strip_prefix("/proc/self/fd/") {
            return vec![Place::Outside(format!("/dev/fd/{number}"))];
        }
        let folders = state.folders.iter().flatten();
        folders
            .map(|folder| self.repository.places_in(folder, path, Follow::All).real)
            .collect()
    }

    /// Keeps what a simple command's redirections write, for whatever runs it later.
    pub(super) fn keep_output(&mut self, simple: &SimpleCommand, state: &State) {
        if self.muted
            || !simple
                .redirects
                .iter()
                .any(|redirect| redirect.descriptor() == Some(1))
        {
            return;
        }
        let text = match self.output_of(simple, &mut state.clone()) {
            Input::Known(text) => Some(text),
            _ => None,
        };
        self.keep(&simple.redirects, text.as_deref(), state);
    }

    /// Keeps a text under the names of the files that it is redirected to.
    pub(super) fn keep(&mut self, redirects: &[Redirect], text: Option<&str>, state: &State) {
        if self.muted {
            return;
        }
        for redirect in redirects {
            let (Target::Word(word), Some(1)) = (&redirect.target, redirect.descriptor()) else {
                continue;
            };
            if self.files.len() >= FILES {
                self.has_more_files = true;
                return;
            }
            let outer = std::mem::replace(&mut self.muted, true);
            let target = self.targets(word, &mut state.clone());
            self.muted = outer;
            let [target] = target.as_slice() else {
                continue;
            };
            let found = self.globbed(target, state);
            let [target] = found.as_slice() else {
                continue;
            };
            let Some(path) = target
                .value
                .known()
                .filter(|path| !path.starts_with("/dev/"))
            else {
                continue;
            };
            let held = match redirect.op {
                RedirectOp::Append => match self.content(path, state) {
                    Some(Input::Known(text)) => Some(text),
                    _ => None,
                },
                _ => Some(String::new()),
            };
            let text = held.zip(text).map(|(held, text)| held + text);
            for place in self.file_places(path, state) {
                self.keep_file(File {
                    place,
                    text: text.clone(),
                });
            }
        }
    }

    /// Keeps what a file holds that the line wrote. Of too many, none is known any longer.
    pub(super) fn keep_file(&mut self, file: File) {
        if self.files.len() < FILES {
            self.files.push(file);
        } else {
            self.has_more_files = true;
        }
    }

    /// Keeps what is read through other descriptors than the standard ones: `bash /dev/fd/3 3<<< text`.
    pub(super) fn keep_inputs(&mut self, redirects: &[Redirect], state: &mut State) {
        if self.muted {
            return;
        }
        for redirect in redirects {
            let number = redirect.descriptor().filter(|number| *number > 2);
            let Some(number) = number else {
                continue;
            };
            if self.files.len() >= FILES {
                self.has_more_files = true;
                return;
            }
            // What it runs to find its text was walked with the redirections.
            let outer = std::mem::replace(&mut self.muted, true);
            let input = self.read_through(redirect, state);
            self.muted = outer;
            let text = match input {
                Input::Known(text) => Some(text),
                Input::File(path) => self.text_at(&path),
                Input::Inherited | Input::Begins(_) | Input::Unknown => None,
            };
            self.keep_text(&format!("/dev/fd/{number}"), text.as_ref(), state);
        }
    }

    /// Returns what a command with these redirections reads.
    pub(super) fn input_of(&mut self, redirects: &[Redirect], state: &mut State) -> Input {
        let last = redirects
            .iter()
            .rev()
            .find(|redirect| redirect.descriptor() == Some(0));
        match last {
            Some(redirect) => self.read_through(redirect, state),
            None => self.input.clone(),
        }
    }

    fn read_through(&mut self, redirect: &Redirect, state: &mut State) -> Input {
        match (&redirect.target, redirect.op) {
            (Target::HereDoc(document), op) => {
                let strips = op == RedirectOp::HereDocTabs;
                self.body_of(document, strips, state)
            }
            (Target::Word(word), RedirectOp::HereString) => {
                self.note_word(self.span(word.span));
                match self.values(word, state).as_slice() {
                    [field] => field
                        .value
                        .known()
                        .map_or(Input::Unknown, |text| Input::Known(format!("{text}\n"))),
                    _ => Input::Unknown,
                }
            }
            (Target::Word(word), RedirectOp::Read) => match self.targets(word, state).as_slice() {
                [field] => {
                    let path = field.value.known().unwrap_or_default();
                    self.file(path, state)
                }
                _ => Input::Unknown,
            },
            _ => Input::Unknown,
        }
    }

    fn body_of(&mut self, document: &HereDoc, strips: bool, state: &mut State) -> Input {
        if let Some(place) = document.place() {
            let expands = document.expands;
            self.note_source(place.start..place.end, Manner::Body { expands, strips });
        }
        self.text_of(document.body(), state)
            .map_or(Input::Unknown, Input::Known)
    }
}

/// Returns the one compound command of a script.
pub(super) fn only_compound(script: Script) -> Option<Compound> {
    let mut stages = script
        .items
        .into_iter()
        .next()?
        .list
        .first
        .stages
        .into_iter();
    match stages.next()?.command {
        Command::Compound(compound) => Some(*compound),
        _ => None,
    }
}

fn is_input(redirect: &Redirect) -> bool {
    redirect.descriptor() != Some(1) && redirect.descriptor().is_some()
}
