//! One command: its words as far as they are known, its redirections, and what kind of thing its name is.

use super::names;
use super::state::{Function, State};
use super::tree::parameters_of;
use super::values::folders;
use super::words::{self, Element, Part, Word};
use super::{Items, Source, Walker, known, unknown};
use crate::call::Access;
use crate::effects::{Argument, Invocation, Span, UnknownKind, Value};
use crate::programs;

/// One argument of a command.
#[derive(Debug, Clone)]
pub(super) struct Arg<'t> {
    /// What it may be; several for `a, b`.
    pub(super) items: Items,
    /// The inside of `{ … }`.
    pub(super) block: Option<Source<'t>>,
    /// Begins with a dash that is not quoted.
    pub(super) dash: bool,
    /// `@name` of a table: parameters with their values.
    pub(super) table: Vec<(String, Items)>,
}

impl Arg<'_> {
    pub(super) fn of(items: Items) -> Self {
        Self {
            items,
            block: None,
            dash: false,
            table: Vec::new(),
        }
    }

    /// Returns the text when there is one, all of it known.
    pub(super) fn known(&self) -> Option<&str> {
        match self.items.as_slice() {
            [item] => item.known(),
            _ => None,
        }
    }
}

impl Walker<'_> {
    /// Follows one command; returns what it leaves.
    pub(super) fn command(
        &mut self,
        source: Source<'_>,
        flow: Option<&Items>,
        state: &mut State,
    ) -> Items {
        let Ok(elements) = words::read(source.text) else {
            self.unknown(UnknownKind::Unparsable, source.text, source.span());
            return unknown();
        };
        let mut items = Vec::new();
        for part in elements.split(|element| *element == Element::Background) {
            if !part.is_empty() && self.step(source.span()) {
                items = self.simple(part, source, flow, state);
            }
        }
        items
    }

    fn simple(
        &mut self,
        elements: &[Element],
        source: Source<'_>,
        flow: Option<&Items>,
        state: &mut State,
    ) -> Items {
        let span = source.span();
        let mut args: Vec<Arg<'_>> = Vec::new();
        let mut continues = false;
        let mut is_target = None;
        for element in elements {
            match element {
                Element::Word(word) => {
                    let arg = self.arg(word, source, state);
                    if let Some(access) = is_target.take() {
                        for item in &arg.items {
                            self.touch((access, false), item, true, "the shell", span, state);
                        }
                    } else if std::mem::take(&mut continues)
                        && let Some(last) = args.last_mut()
                    {
                        last.items.extend(arg.items);
                    } else {
                        args.push(arg);
                    }
                }
                Element::Comma => continues = true,
                Element::Redirect => is_target = Some(Access::Write),
                Element::Input => is_target = Some(Access::Read),
                Element::Verbatim(text) => {
                    args.extend(
                        text.split_whitespace()
                            .map(|word| Arg::of(known(word.trim_matches('"')))),
                    );
                }
                Element::Background => {}
            }
        }
        let is_dot = args.len() > 1 && args.first().and_then(Arg::known) == Some(".");
        let args = args.get(usize::from(is_dot)..).unwrap_or_default();
        let Some((first, rest)) = args.split_first() else {
            return Vec::new();
        };
        if let Some(block) = first.block {
            return self.block(block, rest, flow, state);
        }
        let Some(name) = first.known() else {
            return self.unnamed(first, rest, span, state);
        };
        // What a `}` too many leaves over.
        if name.is_empty() || name.starts_with(['}', ')', ']']) {
            self.unknown(UnknownKind::Unparsable, source.text, span);
            return unknown();
        }
        self.invoke(name, rest, flow, span, state)
    }

    fn arg<'t>(&mut self, word: &Word, source: Source<'t>, state: &mut State) -> Arg<'t> {
        let mut arg = Arg::of(Vec::new());
        match word.parts.as_slice() {
            [Part::Block(range)] => {
                arg.block = Some(source.part(range));
                arg.items = unknown();
            }
            [Part::Splat(name)] => match state.tables.get(&name.to_lowercase()) {
                Some(table) => arg.table.clone_from(table),
                None => arg.items = self.variable(name, state),
            },
            parts => {
                arg.dash = matches!(parts.first(), Some(Part::Bare(text)) if is_dashed(text));
                arg.items = self.parts(parts, source, state);
            }
        }
        arg
    }

    /// A command whose name is only known when it runs: `& $x`.
    fn unnamed(
        &mut self,
        first: &Arg<'_>,
        rest: &[Arg<'_>],
        span: Span,
        state: &mut State,
    ) -> Items {
        self.blocks(rest, None, state);
        for item in &first.items {
            match item {
                Value::Known(name) => {
                    self.invoke(name, rest, None, span, &mut state.clone());
                }
                Value::Starts(_) => {
                    let words = arguments(rest);
                    self.push(None, words, span);
                    self.unknown(UnknownKind::OpaqueCode, &item.shown(), span);
                }
            }
        }
        unknown()
    }

    /// Follows a command by its name: a function, a cmdlet, a program.
    pub(super) fn invoke(
        &mut self,
        name: &str,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) -> Items {
        let lower = names::without_module(name).to_lowercase();
        if let Some(function) = state.functions.get(&lower).cloned() {
            self.push(Some(&lower), arguments(args), span);
            return self.call(&function, args, flow, span, state);
        }
        if let Some(other) = state
            .aliases
            .get(&lower)
            .cloned()
            .filter(|other| *other != name)
        {
            if !self.step(span) {
                return unknown();
            }
            state.aliases.remove(&lower);
            let items = self.invoke(&other, args, flow, span, state);
            state.aliases.insert(lower, other);
            return items;
        }
        let cmdlet = names::cmdlet(&lower).filter(|_| !is_native(&lower, args));
        if let Some(cmdlet) = cmdlet {
            // What a policy says of the name comes beside what it means here.
            if self.programs.knows(name) {
                let words: Vec<Value> = args.iter().flat_map(|arg| arg.items.clone()).collect();
                self.through_bash(name, &words, flow, span, state);
            }
            self.cmdlet(cmdlet, args, flow, span, state)
        } else {
            self.blocks(args, flow, state);
            self.program(name, args, flow, span, state)
        }
    }

    /// Follows the blocks among arguments.
    pub(super) fn blocks(
        &mut self,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        state: &mut State,
    ) -> Items {
        let mut items = Vec::new();
        for block in args.iter().filter_map(|arg| arg.block) {
            items.extend(self.block(block, &[], flow, state));
        }
        items
    }

    /// Follows a block that is called with arguments, or for each item of a flow.
    pub(super) fn block(
        &mut self,
        block: Source<'_>,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        state: &mut State,
    ) -> Items {
        let mut inner = state.clone();
        bind_names(&parameters_of(block.text), args, &mut inner);
        for name in ["_", "psitem", "input"] {
            inner.set(name, flow.cloned().unwrap_or_else(unknown));
        }
        let items = self.text(block, &mut inner);
        for name in ["_", "psitem", "input"] {
            match state.variables.get(name).cloned() {
                Some(items) => inner.variables.insert(name.into(), items),
                None => inner.variables.remove(name),
            };
        }
        state.join(inner);
        items
    }

    pub(super) fn call(
        &mut self,
        function: &Function,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) -> Items {
        let mut inner = state.clone();
        bind_names(&function.parameters, args, &mut inner);
        inner.set("_", flow.cloned().unwrap_or_else(unknown));
        inner.set("input", flow.cloned().unwrap_or_else(unknown));
        let items = self.text(Source::made(&function.text, span), &mut inner);
        inner.variables.clone_from(&state.variables);
        state.join(inner);
        items
    }

    /// Notes a command that runs.
    pub(in crate::effects) fn push(
        &mut self,
        program: Option<&str>,
        words: Vec<Argument>,
        span: Span,
    ) -> usize {
        self.effects.commands.push(Invocation {
            program: program.map(str::to_owned),
            words,
            via: self.via.clone(),
            span,
            ..Invocation::default()
        });
        self.effects.commands.len() - 1
    }

    /// Follows text that becomes a script.
    pub(super) fn code(&mut self, items: &[Value], source: Source<'_>, state: &mut State) -> Items {
        let mut left = Vec::new();
        for item in items {
            match item {
                Value::Known(text) => {
                    left.extend(self.nested("Invoke-Expression", text, source.span(), state));
                }
                Value::Starts(_) => {
                    self.unknown(UnknownKind::OpaqueCode, source.text, source.span());
                }
            }
        }
        left
    }
}

/// Whether a name that is a program elsewhere (`rm`, `cp`) is given options that only the program knows: `rm -rf`.
fn is_native(name: &str, args: &[Arg<'_>]) -> bool {
    let entry = names::cmdlet(name).and_then(programs::find);
    let Some(entry) = entry.filter(|_| programs::find(name).is_some() && !name.contains('-'))
    else {
        return false;
    };
    args.iter()
        .filter(|arg| arg.dash)
        .filter_map(Arg::known)
        .any(|text| super::bind::parameter(entry, text).is_none())
}

/// Sets a block's parameters to what it is called with.
fn bind_names(names: &[String], args: &[Arg<'_>], state: &mut State) {
    let mut left: Vec<&String> = names.iter().collect();
    let mut all: Items = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let text = arg.known().filter(|_| arg.dash).unwrap_or_default();
        let option = text.trim_start_matches('-').to_lowercase();
        let (option, glued) = option
            .split_once(':')
            .map_or((option.as_str(), None), |(o, v)| (o, Some(v)));
        let place = left
            .iter()
            .position(|name| !option.is_empty() && name.starts_with(option));
        match place {
            Some(at) => {
                let name = left.remove(at);
                let items = match glued {
                    Some(value) if !value.is_empty() => known(value),
                    _ => rest.next().map(|arg| arg.items.clone()).unwrap_or_default(),
                };
                state.set(name, items);
            }
            None if left.is_empty() => all.extend(arg.items.iter().cloned()),
            None => {
                let name = left.remove(0);
                state.set(name, arg.items.clone());
            }
        }
        all.extend(arg.items.iter().cloned());
    }
    state.set("args", all);
    for name in left {
        state.variables.remove(name);
    }
}

fn is_dashed(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next() == Some('-')
        && letters
            .next()
            .is_some_and(|next| next.is_alphabetic() || next == '-')
}

/// Returns arguments as the words of a command.
pub(super) fn arguments(args: &[Arg<'_>]) -> Vec<Argument> {
    args.iter().flat_map(|arg| &arg.items).map(plain).collect()
}

pub(super) fn plain(value: &Value) -> Argument {
    Argument {
        value: value.clone(),
        places: None,
        all_of: None,
        is_pattern: false,
    }
}

/// Returns what commands leave whose output is their arguments, or what they were given.
pub(super) fn output(
    cmdlet: &str,
    args: &[Arg<'_>],
    flow: Option<&Items>,
    state: &State,
) -> Option<Items> {
    let given = || -> Items {
        let plain = args.iter().filter(|arg| !arg.dash);
        plain.flat_map(|arg| arg.items.clone()).collect()
    };
    let flowing = || flow.cloned().unwrap_or_else(given);
    match cmdlet {
        "Write-Output" if args.is_empty() => Some(flowing()),
        "Write-Output" => Some(given()),
        "Get-Location" => Some(folders(state)),
        "Where-Object" | "Sort-Object" | "Select-Object" | "Tee-Object" | "Out-String" => {
            Some(flow.cloned().unwrap_or_else(unknown))
        }
        "Write-Host" | "Out-Null" => Some(Vec::new()),
        _ => None,
    }
}
