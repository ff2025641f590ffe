//! Commands that print the whole environment, where what follows them lets through only some of it.

use super::Walker;
use super::fields::Field;
use super::state::State;
use crate::effects::{Argument, Value};
use crate::shell::{
    Command, ParamOp, Parameter, PartKind, Redirect, RedirectOp, Script, SimpleCommand, Word,
};

impl Walker<'_> {
    /// `env | grep NAME` prints what `printenv NAME` does.
    pub(super) fn name_variables(&mut self, first: usize, next: &Command) {
        let Some([.., last]) = self.effects.commands.get(first..) else {
            return;
        };
        let is_dump = match last.program.as_deref() {
            Some("env" | "printenv" | "set") => last.words.is_empty(),
            Some("export" | "declare" | "typeset") => {
                let is_option = |word: &Argument| {
                    matches!(word.value.known(), Some("-p" | "-x" | "-px" | "-xp"))
                };
                last.words.iter().all(is_option)
            }
            _ => false,
        };
        if !is_dump {
            return;
        }
        if let (Some(names), Some(last)) = (names_in(next), self.effects.commands.last_mut()) {
            last.program = Some("printenv".into());
            last.words = names;
        }
    }
}

impl Walker<'_> {
    /// `echo $API_KEY` prints what `printenv API_KEY` does, where the line did not set it.
    pub(super) fn shown_variables(&mut self, simple: &SimpleCommand, state: &State) {
        if self.captured || self.muted || self.remote {
            return;
        }
        let name = simple.words.first().and_then(Word::static_text);
        if !matches!(name.as_deref(), Some("echo" | "printf" | "print"))
            || simple.redirects.iter().any(leads_away)
        {
            return;
        }
        for word in simple.words.iter().skip(1) {
            for part in &word.parts {
                if let PartKind::Parameter(parameter) = &part.kind
                    && shows(parameter)
                    && state.variable(&parameter.name).is_none()
                {
                    self.print_variable(&parameter.name, simple);
                }
            }
        }
    }

    /// Walks a subshell whose output is not shown.
    pub(super) fn captured_subshell(&mut self, script: &Script, state: &mut State) {
        let outer_captured = std::mem::replace(&mut self.captured, true);
        self.subshell(script, state);
        self.captured = outer_captured;
    }

    fn print_variable(&mut self, name: &str, simple: &SimpleCommand) {
        let field = Field::known(name, self.span(simple.span));
        let span = self.span(simple.span);
        let invocation = self.invocation(Some("printenv"), &[field], span);
        self.effects.commands.push(invocation);
    }
}

/// Whether what is printed may go to a file.
pub(super) fn leads_away(redirect: &Redirect) -> bool {
    use RedirectOp::{Append, AppendBoth, Clobber, Write, WriteBoth};
    matches!(
        redirect.op,
        Write | Append | Clobber | WriteBoth | AppendBoth
    )
}

/// Whether an expansion puts a variable's value into a text, and the variable is named as keys are.
fn shows(parameter: &Parameter) -> bool {
    const LAST: &str =
        "KEY TOKEN SECRET PASSWORD PASSWD PASSPHRASE PASS APIKEY CREDENTIAL CREDENTIALS PAT";
    const HARMLESS: &str = "GOOGLE_APPLICATION_CREDENTIALS";
    let last = parameter.name.rsplit('_').next().unwrap_or_default();
    let is_value = matches!(
        parameter.op,
        None | Some(
            ParamOp::Substring(_)
                | ParamOp::Pattern(..)
                | ParamOp::Transform(_)
                | ParamOp::Conditional('-' | '?', ..)
        )
    );
    is_value
        && !parameter.indirect
        && parameter.index.is_none()
        && parameter.name.contains('_')
        && LAST.split(' ').any(|word| word == last)
        && parameter.name != HARMLESS
}

/// Returns the names that a grep lets through; `None` when it may let through all.
fn names_in(command: &Command) -> Option<Vec<Argument>> {
    const SHORTEST: usize = 3;
    let Command::Simple(simple) = command else {
        return None;
    };
    let words: Option<Vec<_>> = simple.words.iter().map(Word::static_text).collect();
    let words = words?;
    let (name, rest) = words.split_first()?;
    let (options, patterns): (Vec<_>, Vec<_>) = rest.iter().partition(|word| word.starts_with('-'));
    let mut letters = options.iter().flat_map(|word| word.chars().skip(1));
    let ([pattern], true) = (
        patterns.as_slice(),
        letters.all(|letter| "iEFwnoq".contains(letter)),
    ) else {
        return None;
    };
    if !matches!(name.as_ref(), "grep" | "egrep" | "fgrep" | "rg") {
        return None;
    }
    let pattern = pattern.replace("\\|", "|");
    let names = pattern
        .split('|')
        .map(|name| name.trim_start_matches('^').trim_end_matches('='));
    let is_name = |name: &&str| {
        name.len() >= SHORTEST
            && name
                .chars()
                .all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
    };
    let names: Vec<&str> = names.collect();
    names.iter().all(is_name).then(|| {
        let words = names.iter().map(|name| Argument {
            value: Value::Known((*name).to_owned()),
            places: None,
            all_of: None,
        });
        words.collect()
    })
}
