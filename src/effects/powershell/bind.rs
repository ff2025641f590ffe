//! Which parameter of a cmdlet each argument is for: names may be cut short, values stand in the order of their places.

use super::command::{Arg, plain};
use super::{Items, known, unknown};
use crate::effects::{Argument, Value};
use crate::programs::Program;
use crate::programs::table::{Opt, Takes};

/// Parameters that every cmdlet has, and that take a value.
const COMMON: [&str; 16] = [
    "-ErrorAction",
    "-ea",
    "-WarningAction",
    "-wa",
    "-InformationAction",
    "-infa",
    "-ErrorVariable",
    "-ev",
    "-WarningVariable",
    "-wv",
    "-OutVariable",
    "-ov",
    "-OutBuffer",
    "-ob",
    "-PipelineVariable",
    "-ProgressAction",
];
/// And those that take none.
const SWITCHES: [&str; 6] = ["-Verbose", "-vb", "-Debug", "-db", "-Confirm", "-cf"];

/// What a word that begins with a dash is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parameter {
    /// Its entry, and the spelling that it was recognised by.
    Listed(&'static Opt, &'static str),
    Common {
        takes_value: bool,
    },
    /// `-WhatIf`
    Trial,
}

/// The arguments of a cmdlet in the form in which the table reads them.
#[derive(Debug, Default)]
pub(super) struct Bound {
    pub(super) words: Vec<Argument>,
    /// What stands at some of the words.
    pub(super) given: Vec<Given>,
    /// `-WhatIf`: it says what it would do, and does nothing.
    pub(super) is_trial: bool,
}

/// A value, or a list of them, at the place of one word.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) word: usize,
    pub(super) option: Option<&'static str>,
    pub(super) items: Items,
    /// Wildcards are ordinary letters.
    pub(super) literal: bool,
}

/// Returns the parameter that a word names; `None` when the cmdlet has none such.
pub(super) fn parameter(entry: &'static Program, word: &str) -> Option<Parameter> {
    let name = word.split_once(':').map_or(word, |(name, _)| name);
    let all = || {
        entry
            .options
            .iter()
            .flat_map(|option| option.names.iter().map(move |name| (option, *name)))
    };
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let begins = |known: &str| {
        known
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    if let Some((option, spelled)) = all().find(|(_, known)| is(known)) {
        return Some(Parameter::Listed(option, spelled));
    }
    let common = |test: &dyn Fn(&str) -> bool| {
        let value = COMMON.iter().any(|known| test(known));
        (value || SWITCHES.iter().any(|known| test(known)))
            .then_some(Parameter::Common { takes_value: value })
    };
    let is_trial = name.eq_ignore_ascii_case("-wi")
        || (name.len() > "-W".len()
            && "-WhatIf"
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name)));
    if is_trial {
        return Some(Parameter::Trial);
    }
    if let Some(found) = common(&is) {
        return Some(found);
    }
    // The first that fits: where two do, PowerShell refuses the line.
    let short = all().find(|(_, known)| begins(known));
    short
        .map(|(option, spelled)| Parameter::Listed(option, spelled))
        .or_else(|| common(&begins))
}

impl Bound {
    pub(super) fn of(entry: &'static Program, args: &[Arg<'_>], flow: Option<&Items>) -> Self {
        let mut bound = Self::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            for (name, items) in &arg.table {
                bound.table_entry(entry, name, items);
            }
            if !arg.table.is_empty() {
                continue;
            }
            let dashed = arg.items.first().map(Value::start).filter(|_| arg.dash);
            match dashed.and_then(|text| Some((text, parameter(entry, text)?))) {
                Some((text, found)) => {
                    let glued = text
                        .split_once(':')
                        .map(|(_, value)| value)
                        .filter(|value| !value.is_empty());
                    let glued = glued.map(|value| {
                        let first = match arg.items.first() {
                            Some(Value::Starts(_)) => Value::Starts(value.to_owned()),
                            _ => Value::Known(value.to_owned()),
                        };
                        std::iter::once(first)
                            .chain(arg.items.iter().skip(1).cloned())
                            .collect()
                    });
                    let awaits = text.ends_with(':');
                    bound.parameter(found, glued, awaits, || {
                        rest.next().map(|arg| arg.items.clone())
                    });
                }
                None if arg.dash => bound.words.extend(arg.items.iter().map(plain)),
                None => bound.add(None, arg.items.clone(), false),
            }
        }
        let has_path = bound
            .given
            .iter()
            .any(|given| given.option == Some("-Path"));
        let path = entry
            .options
            .iter()
            .find(|option| option.canonical() == "-Path");
        let has_place = entry.layout.operands.first().is_some_and(|slot| {
            slot.role == crate::programs::Role::Plain
                || !bound.given.iter().any(|given| given.option.is_none())
        });
        if let (Some(flow), Some(_), false, true) = (flow, path, has_path, has_place) {
            bound.option("-Path", flow.clone(), false);
        }
        bound
    }

    fn parameter(
        &mut self,
        found: Parameter,
        glued: Option<Items>,
        awaits: bool,
        next: impl FnOnce() -> Option<Items>,
    ) {
        match found {
            Parameter::Common { takes_value } => {
                if glued.is_none() && (takes_value || awaits) {
                    next();
                }
            }
            Parameter::Trial => {
                let value = if awaits {
                    Some(next().unwrap_or_default())
                } else {
                    glued
                };
                self.is_trial = value.is_none_or(|items| {
                    let is_true = |item: &Value| {
                        let text = item.known().unwrap_or_default();
                        text.trim_start_matches('$').eq_ignore_ascii_case("true")
                    };
                    !items.is_empty() && items.iter().all(is_true)
                });
            }
            Parameter::Listed(option, _) if option.takes == Takes::Nothing => {
                let value = if awaits { next() } else { glued };
                let is_off = value.is_some_and(|items| {
                    items.iter().any(|item| {
                        item.start()
                            .trim_start_matches('$')
                            .eq_ignore_ascii_case("false")
                    })
                });
                if !is_off {
                    self.words
                        .extend(known(option.canonical()).iter().map(plain));
                }
            }
            Parameter::Listed(option, spelled) => {
                let items = glued.or_else(next).unwrap_or_else(unknown);
                let literal = ["-LiteralPath", "-PSPath", "-lp"].contains(&spelled);
                self.option(option.canonical(), items, literal);
            }
        }
    }

    fn table_entry(&mut self, entry: &'static Program, name: &str, items: &Items) {
        if let Some(found) = parameter(entry, &format!("-{name}")) {
            self.parameter(found, Some(items.clone()), false, || None);
        }
    }

    fn option(&mut self, name: &'static str, items: Items, literal: bool) {
        self.words.extend(known(name).iter().map(plain));
        self.add(Some(name), items, literal);
    }

    fn add(&mut self, option: Option<&'static str>, items: Items, literal: bool) {
        let first = items
            .first()
            .filter(|item| !item.start().starts_with(['-', '+']));
        let first = first.cloned().unwrap_or(Value::Starts(String::new()));
        self.given.push(Given {
            word: self.words.len(),
            option,
            items,
            literal,
        });
        self.words.push(plain(&first));
    }

    /// Returns the values of a parameter.
    pub(super) fn values(&self, option: &str) -> Option<&Items> {
        let given = self.given.iter().find(|given| given.option == Some(option));
        given.map(|given| &given.items)
    }
}
