//! What a shell does itself: changing folders, setting variables, reading its input into them.

use super::Walker;
use super::fields::Field;
use super::origin::{Origin, together};
use super::parameters::separators;
use super::positional::Positional;
use super::printing::printed;
use super::settings::quoted;
use super::simple::joined;
use super::stages::Input;
use super::state::{Function, State};
use crate::effects::{Span, UnknownKind, Value, Variables};
use crate::shell;

/// What assigns by its words, which are not split.
pub(super) const DECLARING: [&str; 5] = ["declare", "export", "local", "readonly", "typeset"];
/// Traps that are followed.
const TRAPS: usize = 16;
/// Lines that a variable may hold in turn; with more, only what all begin with.
const LINES: usize = 8;

impl Walker<'_> {
    /// Does what a shell does itself; returns `false` for everything else.
    pub(super) fn builtin(
        &mut self,
        name: &str,
        rest: &[Field],
        input: &Input,
        span: Span,
        state: &mut State,
    ) -> bool {
        match name {
            "cd" => self.change_folder(rest, state),
            "pushd" => {
                state.stack.push(state.folders.clone());
                self.change_folder(rest, state);
            }
            "popd" => {
                let folders = state.stack.pop().unwrap_or_else(|| vec![None]);
                state.go(folders);
            }
            "exit" | "return" => state.ended = true,
            "eval" => self.eval(rest, span, state),
            name if DECLARING.contains(&name) => self.declare(name, rest, span, state),
            "let" => self.arithmetic(rest, span, state),
            "read" => {
                self.subscripts(rest, span, state);
                let is_shared = !self.is_condition && *input == self.input;
                let before = self.give(state);
                read(rest, input, is_shared, state, before);
            }
            "mapfile" | "readarray" => map_lines(rest, input, state),
            "printf" if rest.first().is_some_and(|word| word.value.start() == "-v") => {
                self.subscripts(rest.get(..2).unwrap_or_default(), span, state);
                print_into(rest, state);
            }
            "test" | "[" => {
                let asks = |field: &Field| matches!(field.value.known(), Some("-v" | "-R"));
                if rest.first().is_some_and(asks) {
                    self.subscripts(rest, span, state);
                }
                return false;
            }
            "alias" => Self::alias(rest, span, state),
            "unset" => {
                for field in rest {
                    self.subscript(&field.value, span, state);
                    state.unset(field.value.start());
                }
            }
            "getopts" => {
                for field in rest {
                    state.forget(field.value.start());
                }
            }
            "hash" => {
                Self::hash(rest, span, state);
                return false;
            }
            "trap" => {
                self.trap(rest, span, state);
                return false;
            }
            "set" => set(rest, state),
            "shift" => shift(rest, state),
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
        let Some(Value::Known(target)) = target else {
            state.go(vec![None]);
            return;
        };
        if target == "-" {
            let folders = state.previous.clone();
            state.go(if folders.is_empty() {
                vec![None]
            } else {
                folders
            });
            return;
        }
        let mut folders = Vec::new();
        let mut is_sure = true;
        for folder in &state.folders {
            let Some(next) = joined(folder.as_deref(), &target) else {
                folders.push(None);
                continue;
            };
            let exists = std::path::Path::new(&next).is_dir() || self.made.contains(&next);
            is_sure &= exists;
            folders.push(Some(next));
            if !exists {
                // It may fail, and then what follows a `;` runs here.
                state.succeeded = false;
            }
        }
        state.succeeded = is_sure && folders.iter().all(Option::is_some);
        folders.dedup();
        if !is_sure {
            state.unless_moved.clone_from(&state.folders);
        }
        state.go(folders);
    }

    fn eval(&mut self, rest: &[Field], span: Span, state: &mut State) {
        let words: Option<Vec<&str>> = rest.iter().map(|field| field.value.known()).collect();
        if let Some(words) = words {
            let text = words.join(" ");
            let before = self.give(state);
            let words = together(rest, span);
            self.under("eval", |walker| walker.nested(&text, words, span, state));
            state.take_back(before);
        } else {
            self.unknown(UnknownKind::OpaqueCode, "eval", Some(span));
            state.forget_all();
        }
    }
}

/// `export NAME=value` and its like.
impl Walker<'_> {
    fn declare(&mut self, command: &str, rest: &[Field], span: Span, state: &mut State) {
        let given = |letter: char| {
            rest.iter().any(|field| {
                let text = field.value.start();
                text.starts_with('-') && text.contains(letter)
            })
        };
        let hides = given('n') && command == "export";
        let exports = !hides && (command == "export" || given('x'));
        let is_own = command == "local"
            || (matches!(command, "declare" | "typeset") && !given('g') && !given('f'));
        let refers = command != "export" && given('n');
        if given('f') && (command == "export" || given('x')) {
            for field in rest {
                if let Some(function) = state.functions.get_mut(field.value.start()) {
                    function.is_exported = true;
                }
            }
            return;
        }
        let change = ['i', 'l', 'u'].into_iter().find(|letter| given(*letter));
        for field in rest {
            let text = field.value.start();
            if text.starts_with(['-', '+']) {
                continue;
            }
            self.subscript(&field.value, span, state);
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            };
            let (name, adds) = match name.strip_suffix('+') {
                Some(name) => (name, true),
                None => (name, false),
            };
            if is_own {
                state.localize(name);
            }
            if refers {
                if let (Some(target), Value::Known(_)) = (value, &field.value) {
                    state.references.insert(name.to_owned(), target.to_owned());
                }
                continue;
            }
            if let Some(change) = change {
                state.changed.insert(name.to_owned(), change);
            }
            if let Some(value) = value {
                let values = vec![match &field.value {
                    Value::Known(_) => Value::Known(value.to_owned()),
                    Value::Starts(_) => Value::Starts(value.to_owned()),
                }];
                let values = if adds {
                    let before = state.variable(name).unwrap_or_default();
                    super::simple::appended(before, &values)
                } else {
                    values
                };
                self.setting(name, &values, span, state);
                state.set(name, values);
            }
            if hides {
                state.hide(name);
            } else if exports {
                state.export(name);
            }
        }
    }

    /// `let 'list[$(command)]=1'`: what is quoted is expanded once more.
    fn arithmetic(&mut self, rest: &[Field], span: Span, state: &mut State) {
        for field in rest {
            self.subscript(&field.value, span, state);
            let name = field.value.start().split(['=', '+', '-', '*', '[']).next();
            state.forget(name.unwrap_or_default().trim());
        }
    }

    fn subscripts(&mut self, words: &[Field], span: Span, state: &State) {
        for field in words {
            self.subscript(&field.value, span, state);
        }
    }

    /// Walks what a shell runs to find out which element of a list a word names.
    pub(super) fn subscript(&mut self, value: &Value, span: Span, state: &State) {
        let Some((_, index)) = value.start().split_once('[').filter(|_| !self.muted) else {
            return;
        };
        if index.contains("$(") || index.contains('`') {
            let text = format!(": \"{}\"", index.replace('"', ""));
            self.nested(&text, Some(span), span, &mut state.clone());
        }
    }

    /// `hash -p /bin/rm name`: the name is that program from here on.
    fn hash(rest: &[Field], span: Span, state: &mut State) {
        let words: Vec<&str> = rest
            .iter()
            .filter_map(|field| field.value.known())
            .collect();
        let ["-p", path, names @ ..] = words.as_slice() else {
            return;
        };
        let Ok(script) = shell::parse(&format!("{{ {} \"$@\"\n}}", quoted(path))) else {
            return;
        };
        let Some(body) = super::stages::only_compound(script) else {
            return;
        };
        for name in names {
            let function = Function::new(body.clone(), Some(Origin::unseen(span)));
            state.functions.insert((*name).to_owned(), function);
        }
    }

    /// An alias is a function for whatever shell expands it.
    fn alias(rest: &[Field], span: Span, state: &mut State) {
        for field in rest {
            let Some((name, text)) = field.value.known().and_then(|text| text.split_once('='))
            else {
                continue;
            };
            let Ok(script) = shell::parse(&format!("{{ {text} \"$@\"\n}}")) else {
                continue;
            };
            // One that calls itself means the program, which is walked in any case.
            let is_itself = text.split_whitespace().next() == Some(name);
            if let Some(body) = super::stages::only_compound(script).filter(|_| !is_itself) {
                let alias = Function::alias(body, Some(Origin::unseen(span)));
                state.functions.insert(name.to_owned(), alias);
            }
        }
    }

    /// `trap 'text' EXIT`: what it runs sees the variables of a later moment.
    fn trap(&mut self, rest: &[Field], span: Span, state: &mut State) {
        let mut words = rest.iter();
        let mut word = words.next();
        if word.and_then(|word| word.value.known()) == Some("--") {
            word = words.next();
        }
        if let (Some(word), true) = (word, words.next().is_some())
            && let Some(text) = word.value.known().filter(|text| !text.starts_with('-'))
            && state.traps.texts.len() < TRAPS
        {
            let origin = self.origin_of(text, Some(word.span), span);
            state.traps.texts.push((text.to_owned(), origin));
            state.traps.seen = Some(Variables::clone(&state.variables));
            state.traps.folders.clone_from(&state.folders);
        }
    }
}

/// `set -- a b`: the words are the parameters.
fn set(rest: &[Field], state: &mut State) {
    let is = |text: &str| rest.iter().any(|field| field.value.known() == Some(text));
    let letters = |sign: char| {
        rest.iter().any(|field| {
            let text = field.value.start();
            text.strip_prefix(sign)
                .is_some_and(|text| text.contains('a') && text.len() < 6)
        })
    };
    state.exports_all |= is("allexport") || letters('-');
    if letters('+') || (is("+o") && is("allexport")) {
        state.exports_all = false;
    }
    let mut takes_name = false;
    let at = rest.iter().position(|word| {
        let text = word.value.start();
        // `set -euo pipefail`: the name of an option is no parameter.
        if std::mem::take(&mut takes_name) {
            return false;
        }
        takes_name = text.starts_with(['-', '+']) && text.ends_with('o');
        text == "--" || !text.starts_with(['-', '+'])
    });
    let Some(at) = at else {
        return;
    };
    let is_mark = rest.get(at).is_some_and(|word| word.value.start() == "--");
    let words = rest.get(at + usize::from(is_mark)..).unwrap_or_default();
    state.parameters = Positional::of(words.iter().map(|word| word.value.clone()).collect());
}

fn shift(rest: &[Field], state: &mut State) {
    let count = match rest {
        [] => Some(1),
        [word] => word.value.known().and_then(|text| text.parse().ok()),
        _ => None,
    };
    state.parameters.shift(count);
}

/// Returns the operands of `read` and its like, and the value of one option.
fn names<'f>(
    rest: &'f [Field],
    option: &str,
    takes_value: &str,
) -> (Vec<&'f str>, Option<&'f str>) {
    let mut names = Vec::new();
    let mut value = None;
    let mut words = rest.iter().map(|word| word.value.start());
    while let Some(word) = words.next() {
        if word == option {
            value = words.next();
        } else if let Some(letters) = word.strip_prefix('-') {
            if letters.ends_with(|letter| takes_value.contains(letter)) {
                words.next();
            }
        } else {
            names.push(word);
        }
    }
    (names, value)
}

/// `read a b`: any line of the input, as it may be called again and again; nothing when others read all of it before.
fn read(
    rest: &[Field],
    input: &Input,
    is_shared: bool,
    state: &mut State,
    before: Vec<(String, Option<Vec<Value>>)>,
) {
    let (mut names, list) = names(rest, "-a", "pdtnNui");
    names.extend(list);
    if names.is_empty() {
        names.push("REPLY");
    }
    let ending = (is_shared && matches!(input, Input::Known(_))).then_some("");
    let lines: Vec<Value> = match input {
        Input::Known(text) if text.lines().count() <= super::fields::FIELDS => text
            .lines()
            .chain(ending)
            .map(|line| Value::Known(line.to_owned()))
            .collect(),
        Input::Begins(starts) => starts.iter().cloned().map(Value::Starts).collect(),
        _ => Vec::new(),
    };
    let separators = separators(state);
    state.take_back(before);
    let final_one = names.len() - 1;
    for (at, name) in names.iter().enumerate() {
        let values: Vec<Value> = lines
            .iter()
            .map(|line| match line {
                Value::Known(line) => Value::Known(word_of(line, at, at == final_one, &separators)),
                Value::Starts(_) if at == 0 => line.clone(),
                Value::Starts(_) => Value::Starts(String::new()),
            })
            .collect();
        let is_one_list = list == Some(*name) && lines.len() == 1;
        state.set(name, some_of(values));
        if let (true, Some(Value::Known(line))) = (is_one_list, lines.first()) {
            let words = line
                .split(|letter| separators.contains(letter))
                .filter(|word| !word.is_empty());
            state.replace_list(
                name,
                words.map(|word| Value::Known(word.to_owned())).collect(),
            );
        }
    }
}

/// Returns the alternatives, or what all of them begin with.
pub(super) fn some_of(mut values: Vec<Value>) -> Vec<Value> {
    let start = super::walk::common_start(&values);
    if !super::state::keep_first(&mut values, LINES) {
        values = vec![Value::Starts(start)];
    }
    values
}

/// Returns one word of a line; the last name gets the rest.
fn word_of(line: &str, at: usize, is_last: bool, separators: &str) -> String {
    let is_separator = |letter: char| separators.contains(letter);
    let mut rest = line.trim_matches(is_separator);
    for _ in 0..at {
        let end = rest.find(is_separator).unwrap_or(rest.len());
        rest = rest
            .get(end..)
            .unwrap_or_default()
            .trim_start_matches(is_separator);
    }
    let end = if is_last {
        None
    } else {
        rest.find(is_separator)
    };
    rest.get(..end.unwrap_or(rest.len()))
        .unwrap_or_default()
        .to_owned()
}

/// `mapfile list`: every line.
fn map_lines(rest: &[Field], input: &Input, state: &mut State) {
    let (names, _) = names(rest, "-C", "dnOsuc");
    let name = names.first().copied().unwrap_or("MAPFILE");
    match input {
        Input::Known(text) if text.lines().count() <= super::fields::FIELDS => {
            let lines = text.lines().map(|line| Value::Known(line.to_owned()));
            state.replace_list(name, lines.collect());
        }
        Input::Begins(starts) => {
            state.replace_list(name, starts.iter().cloned().map(Value::Starts).collect());
        }
        _ => state.forget(name),
    }
}

/// `printf -v name format words`.
fn print_into(rest: &[Field], state: &mut State) {
    let [_, name, words @ ..] = rest else {
        return;
    };
    let words: Option<Vec<&str>> = words.iter().map(|word| word.value.known()).collect();
    let text = words.and_then(|words| printed(&words));
    state.set(
        name.value.start(),
        text.map(Value::Known).into_iter().collect(),
    );
}
