//! Pipelines, and what is known of the text that flows through them.

use super::Walker;
use super::fields::Field;
use super::state::State;
use crate::effects::Value;
use crate::shell::{
    Command, HereDoc, Pipeline, Redirect, RedirectOp, Script, SimpleCommand, Target,
};

/// What a command reads from its standard input.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    /// Not redirected.
    Inherited,
    /// This text.
    Known(String),
    /// From a pipe or file whose content is not known.
    Unknown,
}

impl Walker<'_> {
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, state: &mut State) {
        if let [only] = pipeline.stages.as_slice() {
            self.command(&only.command, state);
            state.succeeded &= !pipeline.negated;
            return;
        }
        let mut flowing = Input::Inherited;
        for stage in &pipeline.stages {
            let mut inner = state.clone();
            let outer = std::mem::replace(&mut self.input, flowing);
            let output = self.output(&stage.command, &mut inner);
            self.command(&stage.command, &mut inner);
            self.input = outer;
            flowing = output.map_or(Input::Unknown, Input::Known);
            state.leave(inner);
        }
    }

    /// Walks a command substitution, and returns what it may leave in its place.
    pub(super) fn substitution(&mut self, script: &Script, state: &mut State) -> Vec<Value> {
        let mut inner = state.clone();
        let text = only_command(script)
            .and_then(|command| self.output(command, &mut inner))
            .map(|text| text.trim_end_matches('\n').to_owned());
        if !self.muted {
            self.subshell(script, state);
        }
        vec![text.map_or(Value::Starts(String::new()), Value::Known)]
    }

    /// Returns what a command prints, where its words alone say so.
    fn output(&mut self, command: &Command, state: &mut State) -> Option<String> {
        let Command::Simple(simple) = command else {
            return None;
        };
        // Asked for its text only: what it does is walked elsewhere.
        let outer = std::mem::replace(&mut self.muted, true);
        let output = self.output_of(simple, state);
        self.muted = outer;
        output
    }

    fn output_of(&mut self, simple: &SimpleCommand, state: &mut State) -> Option<String> {
        let readings = self.fields(&simple.words, state);
        let [fields] = readings.as_slice() else {
            return None;
        };
        let words: Option<Vec<&str>> = fields.iter().map(plain).collect();
        let words = words?;
        let (program, arguments) = words.split_first()?;
        let only_inputs = simple.redirects.iter().all(is_input);
        match program.rsplit('/').next()? {
            "echo" if only_inputs => Some(echoed(arguments)),
            "printf" if only_inputs => printed(arguments),
            "pwd" if arguments.is_empty() => match state.folders.as_slice() {
                [Some(folder)] => Some(folder.clone()),
                _ => None,
            },
            "cat" if arguments.iter().all(|word| *word == "-") => {
                match self.input_of(&simple.redirects, state) {
                    Input::Known(text) => Some(text),
                    Input::Inherited | Input::Unknown => None,
                }
            }
            "git" if arguments == ["rev-parse", "--show-toplevel"] => {
                Some(self.repository.root().to_string_lossy().into_owned())
            }
            _ => None,
        }
    }

    /// Returns what a command with these redirections reads.
    pub(super) fn input_of(&mut self, redirects: &[Redirect], state: &mut State) -> Input {
        let last = redirects
            .iter()
            .rev()
            .find(|redirect| redirect.descriptor() == Some(0));
        let Some(redirect) = last else {
            return self.input.clone();
        };
        match (&redirect.target, redirect.op) {
            (Target::HereDoc(document), _) => self.body(document, state),
            (Target::Word(word), RedirectOp::HereString) => {
                match self.values(word, state).as_slice() {
                    [field] => field
                        .value
                        .known()
                        .map_or(Input::Unknown, |text| Input::Known(format!("{text}\n"))),
                    _ => Input::Unknown,
                }
            }
            _ => Input::Unknown,
        }
    }

    fn body(&mut self, document: &HereDoc, state: &mut State) -> Input {
        self.text_of(document.body(), state)
            .map_or(Input::Unknown, Input::Known)
    }
}

fn only_command(script: &Script) -> Option<&Command> {
    match script.items.as_slice() {
        [item] if item.list.rest.is_empty() => match item.list.first.stages.as_slice() {
            [stage] => Some(&stage.command),
            _ => None,
        },
        _ => None,
    }
}

fn plain(field: &Field) -> Option<&str> {
    match field.pattern {
        Some(_) => None,
        None => field.value.known(),
    }
}

fn is_input(redirect: &Redirect) -> bool {
    redirect.descriptor() != Some(1) && redirect.descriptor().is_some()
}

/// What `echo` prints. With `-e` or a shell that reads escapes the text is another, but no rule rests on its escapes.
fn echoed(arguments: &[&str]) -> String {
    let is_option = |word: &&&str| {
        word.strip_prefix('-').is_some_and(|letters| {
            !letters.is_empty() && letters.chars().all(|letter| "neE".contains(letter))
        })
    };
    let options = arguments.iter().take_while(is_option).count();
    let words: Vec<&str> = arguments.iter().skip(options).copied().collect();
    let escapes = arguments
        .iter()
        .take(options)
        .any(|word| word.contains('e'));
    let text = words.join(" ");
    let text = if escapes { unescaped(&text) } else { text };
    format!("{text}\n")
}

/// What `printf` prints, for formats of plain text and `%s`.
fn printed(arguments: &[&str]) -> Option<String> {
    let (format, mut values) = arguments.split_first()?;
    let mut text = String::new();
    loop {
        let left = values.len();
        let mut pieces = format.split('%');
        text.push_str(&unescaped(pieces.next()?));
        for piece in pieces {
            let rest = piece.strip_prefix('s')?;
            let (value, others) = values.split_first().map_or(("", values), |(v, o)| (*v, o));
            values = others;
            text.push_str(value);
            text.push_str(&unescaped(rest));
        }
        // The format is used again while values are left and it takes any.
        if values.is_empty() || values.len() == left {
            return Some(text);
        }
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\\\", "\\")
}
