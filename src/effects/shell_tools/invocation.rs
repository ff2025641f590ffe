//! The commands of a line as rules see them: their words, where those lead, what they were typed as.

use super::Walker;
use super::fields::Field;
use super::program::Started;
use super::simple::joined;
use super::stages::Input;
use super::state::State;
use crate::effects::{Argument, Invocation, Span, Typed, Value, powershell};
use crate::repo::{Follow, Place, Places};

impl Walker<'_> {
    /// Keeps a text of the invocation that rules can look at.
    pub(super) fn note(
        &mut self,
        started: &Started<'_>,
        field: &Field,
        list: impl Fn(&mut Invocation) -> &mut Vec<String>,
    ) {
        let text = field.value.start().to_owned();
        if let Some(invocation) = self.effects.commands.get_mut(started.index) {
            let texts = list(invocation);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }

    pub(super) fn invocation(
        &self,
        program: Option<&str>,
        fields: &[Field],
        span: Span,
    ) -> Invocation {
        Invocation {
            program: program.map(str::to_owned),
            words: fields.iter().map(argument).collect(),
            via: self.via.clone(),
            is_elsewhere: self.remote,
            span,
            ..Invocation::default()
        }
    }

    /// `powershell -Command …` and `cmd /c …` are followed by the walk of their own language.
    pub(super) fn windows_shell(&mut self, index: usize, input: &Input, state: &State) {
        let command = self
            .effects
            .commands
            .get(index)
            .filter(|command| command.program.as_deref().is_some_and(powershell::is_shell));
        if let Some(command) = command.cloned().filter(|_| !self.remote) {
            let (repository, programs) = (self.repository, self.programs);
            let words = self.words_at(command.span);
            let flow = self.fed(input);
            let scripts = self.scripts_named(&command, state);
            let started = (&command, words, state.folders.as_slice());
            powershell::add_started(self.effects, repository, programs, started, (flow, scripts));
        }
    }

    /// Returns what a program reads from its input.
    fn fed(&mut self, input: &Input) -> Option<Vec<Value>> {
        let text = match input {
            Input::Inherited => return None,
            Input::Known(text) => Some(text.clone()),
            Input::File(path) => self.text_at(path),
            Input::Unknown | Input::Begins(_) => None,
        };
        Some(vec![
            text.map_or(Value::Starts(String::new()), Value::Known),
        ])
    }

    /// Returns the scripts that the words name, as the line left them or as they are on the disk.
    fn scripts_named(&mut self, command: &Invocation, state: &State) -> Vec<(String, String)> {
        const MOST: usize = 4;
        let words = command.words.iter().filter_map(|word| word.value.known());
        let words = words.flat_map(|word| word.split([' ', '&', '|', '"', '\'', '(', ')']));
        let is_script = |word: &&str| {
            let ending = word.len().checked_sub(4).and_then(|at| word.get(at..));
            ending.is_some_and(|ending| {
                [".ps1", ".bat", ".cmd"]
                    .iter()
                    .any(|known| ending.eq_ignore_ascii_case(known))
            })
        };
        let named: Vec<&str> = words.filter(is_script).take(MOST).collect();
        let mut found = Vec::new();
        for name in named {
            let path = name.replace('\\', "/");
            let text = match self.content(&path, state) {
                Some(Input::Known(text)) => Some(text),
                Some(_) => None,
                None => self.stored(&path, state).0.pop().map(|file| file.text),
            };
            found.extend(text.map(|text| (path, text)));
        }
        found
    }

    pub(super) fn typed(&mut self, first: &Field, state: &State) -> Option<Typed> {
        let [Some(folder)] = state.folders.as_slice() else {
            return None;
        };
        let folder = self.lookup.places(folder, Follow::All).real;
        let program = first.value.known()?.to_owned();
        Some(Typed { program, folder })
    }

    /// Returns where a command may run that is not where the call is.
    fn folders_of(&mut self, state: &State) -> Vec<Option<Place>> {
        let here = self.lookup.places(&self.here, Follow::All).lexical;
        let folders = state.folders.iter().map(|folder| {
            let places = self.lookup.places(folder.as_deref()?, Follow::All);
            Some(places.lexical)
        });
        let folders: Vec<_> = folders.collect();
        let is_here = |folder: &Option<Place>| folder.as_ref() == Some(&here);
        if folders.iter().all(is_here) {
            return Vec::new();
        }
        folders
    }

    /// Notes where the words of a command lead when they are taken for paths.
    pub(super) fn resolve(&mut self, invocation: &mut Invocation, fields: &[Field], state: &State) {
        let is_remote = self.remote;
        let repository = self.repository;
        // Of another machine only this is known: `/` is all of it, and a person's home is theirs there, too.
        let is_everywhere = |absolute: &str| {
            let mut names = absolute
                .split('/')
                .filter(|name| !matches!(*name, "" | "." | ".."));
            let is_home = |home: &str| home.trim_end_matches('/') == absolute.trim_end_matches('/');
            names.next().is_none() || repository.home().is_some_and(is_home)
        };
        let folder = match state.folders.as_slice() {
            [Some(folder)] => Some(folder.as_str()),
            _ => None,
        };
        if !is_remote && folder != Some(self.here.as_str()) {
            invocation.folders = self.folders_of(state);
        }
        let mut places = |path: &str| -> Option<Places> {
            let absolute = joined(folder, path).filter(|path| !is_remote || is_everywhere(path))?;
            Some(self.lookup.places(&absolute, Follow::AllButLast))
        };
        for (word, field) in invocation.words.iter_mut().zip(fields) {
            let Some(text) = field.value.known().filter(|text| !text.starts_with('-')) else {
                continue;
            };
            if field.pattern.is_none() {
                word.places = places(text);
                continue;
            }
            let start = text.strip_suffix('*').unwrap_or(text);
            let is_all = start.is_empty() || start.ends_with('/');
            if is_all && !start.contains(['*', '?', '[']) {
                word.all_of = places(if start.is_empty() { "." } else { start });
            } else {
                word.places = places(text);
            }
        }
    }
}

fn argument(field: &Field) -> Argument {
    Argument {
        value: field.value.clone(),
        places: None,
        all_of: None,
        is_pattern: field.pattern.is_some(),
    }
}
