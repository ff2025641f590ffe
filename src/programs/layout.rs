//! Gives the operands and option values of a command their roles.

use super::given::{Operand, Parser};
use super::reading::{At, Command, GivenOption, Part, PartKind, Reading, Word};
use super::table::{Case, Folders, Layout, Made, Program, Recursive, Role, Slot, Test};

mod values;

/// The layout that holds for the options given so far.
pub(super) struct Chosen {
    layout: &'static Layout,
    options: &'static [(&'static str, Role)],
    slots: Vec<&'static Slot>,
}

impl Chosen {
    /// Returns the slot that takes all words from its place on as a command, with its place.
    fn rest(&self) -> Option<(usize, Role)> {
        self.slots
            .iter()
            .filter(|slot| slot.role != Role::Assignment)
            .map(|slot| slot.role)
            .enumerate()
            .find(|(_, role)| role.takes_the_rest())
    }

    pub(super) fn rest_role(&self) -> Role {
        self.rest().map_or(Role::Command, |(_, role)| role)
    }
}

impl Program {
    /// Whether words that are no subcommand have a meaning.
    pub(super) fn has_operands(&self) -> bool {
        !self.layout.operands.is_empty()
    }

    fn case<W: Word>(&self, parser: &Parser<'_, W>) -> Option<&'static Case> {
        self.cases
            .iter()
            .find(|case| case.when.iter().any(|test| holds(test, parser)))
    }
}

/// Returns the layout for the options that a parser has seen.
pub(super) fn chosen<W: Word>(parser: &Parser<'_, W>) -> Chosen {
    let program = parser.level();
    let case = program.case(parser);
    let layout = case.map_or(&program.layout, |case| &case.layout);
    Chosen {
        layout,
        options: case.map_or(&[], |case| case.options),
        slots: active(layout.operands, parser),
    }
}

/// Whether the next operand begins a command that takes all further words.
pub(super) fn holds_rest<W: Word>(parser: &Parser<'_, W>, text: &str) -> bool {
    let slots = parser.level().layout.operands;
    let assigning = slots
        .first()
        .is_some_and(|slot| slot.role == Role::Assignment);
    let assignments = if assigning { parser.assignments } else { 0 };
    let before = parser.operands.len() - assignments;
    if assigning && before == 0 && is_assignment(text) {
        return false;
    }
    chosen(parser)
        .rest()
        .is_some_and(|(place, _)| place == before)
}

/// Whether a word sets a variable for the command after it.
pub(super) fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

fn holds<W: Word>(test: &Test, parser: &Parser<'_, W>) -> bool {
    if test.option == "--" {
        return parser.dashes;
    }
    parser.options.iter().any(|option| {
        option.name == test.option
            && test.value.is_none_or(|wanted| {
                option
                    .value
                    .is_some_and(|at| at.text(parser.words) == wanted)
            })
    })
}

fn active<W: Word>(slots: &'static [Slot], parser: &Parser<'_, W>) -> Vec<&'static Slot> {
    slots
        .iter()
        .filter(|slot| {
            (slot.when.is_empty() || slot.when.iter().any(|test| holds(test, parser)))
                && !slot.unless.iter().any(|test| holds(test, parser))
        })
        .collect()
}

/// Returns the roles of operands in order.
fn roles<'t>(
    slots: &[&Slot],
    texts: impl ExactSizeIterator<Item = &'t str>,
) -> impl Iterator<Item = Role> {
    let all = texts.len();
    let assigning = slots
        .first()
        .is_some_and(|slot| slot.role == Role::Assignment);
    let assignments = if assigning {
        texts.take_while(|text| is_assignment(text)).count()
    } else {
        0
    };
    let slots = slots.get(usize::from(assigning)..).unwrap_or_default();
    let count = all - assignments;
    let repeating = slots.iter().position(|slot| slot.repeats);
    let after = repeating.map_or(0, |at| slots.len() - at - 1);
    let role = move |index: usize| -> Role {
        if slots.is_empty() {
            return Role::Plain;
        }
        let Some(repeating) = repeating else {
            return slots.get(index).map_or(Role::Argument, |slot| slot.role);
        };
        // The slots at the end go empty first: `mv a` has a source and no target.
        let from_the_end = count - index;
        let slot = if index < repeating {
            index
        } else if from_the_end <= after && count > repeating + after {
            slots.len() - from_the_end
        } else {
            repeating
        };
        slots.get(slot).map_or(Role::Argument, |slot| slot.role)
    };
    std::iter::repeat_n(Role::Assignment, assignments).chain((0..count).map(role))
}

/// Turns what a parser found into a reading.
pub(super) fn apply<W: Word>(mut parser: Parser<'_, W>) -> Reading<'_> {
    let program = parser.level();
    let chosen = chosen(&parser);
    let values = values::Values::new(program, parser.words);
    let folders = parser
        .options
        .iter()
        .filter(|option| option.role == Role::Folder && option.value.is_some())
        .count();

    let mut parts = Vec::new();
    let mut otherwise_here = chosen.layout.otherwise_here;
    for (operand, role) in operands(&chosen, &parser) {
        let (role, at) = values.resolve(role, operand.at);
        if values::is_path(role) {
            otherwise_here = None;
        }
        parts.push(Part {
            role,
            at,
            kind: PartKind::Operand,
            folders: operand.folders.min(folders),
        });
    }
    let folders_of_options = match program.folders {
        Folders::All => folders,
        Folders::Following => 0,
    };
    let makes = made(program, &parser);
    let mut commands = std::mem::take(&mut parser.commands);
    for option in &parser.options {
        let (Some(at), role) = (option.value, option_role(&chosen, option)) else {
            continue;
        };
        let (role, at) = values.resolve(role, at);
        if role == Role::Module && values.is_program(at) {
            commands.push(Command::of_module(at, parser.words.len()));
            parts.clear();
        } else if role != Role::Plain && !role.takes_the_rest() {
            parts.push(Part {
                role,
                at,
                kind: PartKind::OptionValue,
                folders: folders_of_options,
            });
        }
    }
    parts.sort_by_key(|part| (part.at.word, part.at.from));
    complete(&mut commands, &parser, &parts, program);

    Reading {
        stdin: stdin_role(&chosen, &parts, &commands),
        subcommand: parser.path,
        recursive: is_recursive(program, &parser.options),
        takes: program.takes,
        makes,
        options: parser.options,
        parts,
        commands,
        here: meant(chosen.layout.here.or(otherwise_here)),
        language: program.language,
        uncertain: parser.uncertain,
    }
}

/// Returns the operands with their roles, those before and after `--` apart where that matters.
fn operands<W: Word>(chosen: &Chosen, parser: &Parser<'_, W>) -> Vec<(Operand, Role)> {
    let with_roles = |slots: &[&Slot], operands: &[Operand]| -> Vec<(Operand, Role)> {
        let texts = operands.iter().map(|operand| operand.at.text(parser.words));
        operands.iter().copied().zip(roles(slots, texts)).collect()
    };
    let Some(after) = chosen.layout.after_dashes else {
        return with_roles(&chosen.slots, &parser.operands);
    };
    let (later, earlier): (Vec<_>, Vec<_>) = parser
        .operands
        .iter()
        .copied()
        .partition(|operand| operand.after_dashes);
    let mut all = with_roles(&chosen.slots, &earlier);
    all.extend(with_roles(&active(after, parser), &later));
    all
}

/// Returns what is written without being named.
fn made<W: Word>(program: &Program, parser: &Parser<'_, W>) -> Vec<&'static str> {
    let is_made = |made: &&Made| {
        (!made.given || !parser.operands.is_empty())
            && (made.when.is_empty() || made.when.iter().any(|test| holds(test, parser)))
            && !made.unless.iter().any(|test| holds(test, parser))
    };
    let made = program.makes.iter().filter(is_made);
    made.map(|made| made.path).collect()
}

/// Returns what standard input is run as, if it is. Without a host, nothing is run elsewhere.
fn stdin_role(chosen: &Chosen, parts: &[Part], commands: &[Command<'_>]) -> Option<Role> {
    let role = meant(chosen.layout.stdin)?;
    let has_host = parts.iter().any(|part| part.role == Role::Remote);
    let is_free = commands.is_empty() && !says_what_runs(parts);
    (is_free && (role != Role::RemoteScript || has_host)).then_some(role)
}

/// Drops `plain`, by which a case says that nothing happens after all.
fn meant(role: Option<Role>) -> Option<Role> {
    role.filter(|role| *role != Role::Plain)
}

fn option_role(chosen: &Chosen, option: &GivenOption<'_>) -> Role {
    chosen
        .options
        .iter()
        .find(|(name, _)| option.entry == Some(name))
        .map_or(option.role, |(_, role)| *role)
}

fn is_recursive(program: &Program, options: &[GivenOption<'_>]) -> bool {
    match program.recursive {
        Recursive::Always => true,
        Recursive::With(names) => options.iter().any(|option| names.contains(&option.name)),
    }
}

/// Whether the words themselves say what is run, so that standard input is only data.
fn says_what_runs(parts: &[Part]) -> bool {
    parts.iter().any(|part| {
        matches!(
            part.role,
            Role::Script
                | Role::ScriptFile
                | Role::Code
                | Role::Sql
                | Role::Patch
                | Role::Module
                | Role::RemoteScript
        )
    })
}

/// Adds to the commands what options say about them.
fn complete<'w, W: Word>(
    commands: &mut Vec<Command<'w>>,
    parser: &Parser<'w, W>,
    parts: &[Part],
    program: &Program,
) {
    if let Some(split) = parts.iter().find(|part| part.role == Role::Split) {
        if commands.is_empty() {
            commands.push(Command::to_the_end(parser.words.len(), parser.words.len()));
        }
        for command in commands.iter_mut() {
            command.split = Some(split.at);
        }
    }
    let placeholder = parser
        .options
        .iter()
        .find(|option| option.role == Role::Placeholder)
        .map(|option| option.value.map_or("{}", |at| at.text(parser.words)));
    for command in commands {
        if let Some(text) = placeholder {
            command.placeholder = Some(text);
            command.appends_stdin = false;
        }
        if let Some(separator) = program.inputs {
            command.placeholder.get_or_insert("{}");
            let begins = |index: &usize| {
                parser
                    .words
                    .get(*index)
                    .is_some_and(|word| word.start().starts_with(separator))
            };
            if let Some(at) = command.words.clone().find(begins) {
                command.inputs = Some(at + 1..command.words.end);
                command.words.end = at;
                command.appends_stdin = false;
            }
        }
    }
}

impl Command<'_> {
    /// `-m pip …`, or `-mpip …` where the name is only a part of its word.
    fn of_module(at: At, end: usize) -> Self {
        if at.from == 0 {
            return Self::to_the_end(at.word, end);
        }
        Self {
            split: Some(at),
            ..Self::to_the_end((at.word + 1).min(end), end)
        }
    }

    fn to_the_end(start: usize, end: usize) -> Self {
        Self {
            words: start..end,
            role: Role::Command,
            split: None,
            placeholder: None,
            appends_stdin: false,
            inputs: None,
        }
    }
}
