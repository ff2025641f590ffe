//! Reads `programs`: what the policy says of programs, in the words of `src/programs/data/README.md`.

mod notation;

use super::reader::{Map, Reader, Text};
use crate::policy::problems::{shape, values};
use crate::policy::yaml::{Kind, Node};
use crate::programs::index;
use crate::programs::own::{self, Meaning};
use crate::programs::table::{
    Case, Dashes, Folders, Habits, Layout, Opt, Parsing, Program, ROLES, Recursive, Role,
};
use notation::{Scope, keep, keep_text};

/// Nesting of subcommands that is read.
const DEPTH: usize = 8;
const KEYS: [&str; 27] = [
    "same-as",
    "also",
    "parsing",
    "dashes",
    "abbreviations",
    "options-everywhere",
    "switches",
    "values",
    "options",
    "ends",
    "operands",
    "after-dashes",
    "here",
    "otherwise-here",
    "stdin",
    "when",
    "recursive",
    "folders",
    "language",
    "remote-paths",
    "appends-stdin",
    "inputs",
    "reads-after",
    "means",
    "expands",
    "overrides",
    "subcommands",
];
const CASE_KEYS: [&str; 7] = [
    "if",
    "operands",
    "after-dashes",
    "options",
    "here",
    "otherwise-here",
    "stdin",
];
const PARSINGS: [(Parsing, &str); 5] = [
    (Parsing::Permute, "permute"),
    (Parsing::StopAtOperand, "stop-at-operand"),
    (Parsing::KeyValue, "key-value"),
    (Parsing::Find, "find"),
    (Parsing::OldStyle, "old-style"),
];
const DASHES: [(Dashes, &str); 2] = [(Dashes::Double, "double"), (Dashes::Single, "single")];
const FOLDERS: [(Folders, &str); 2] = [(Folders::All, "all"), (Folders::Following, "following")];

/// Reads the value under `programs`: each name with what it means.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, Meaning)> {
    let Some(map) = reader.any_map(node, "programs") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, key, value) in map.entries() {
        if !is_name(name) {
            let why = "a program is named without folders and blanks";
            let help = "write its name alone; for a subcommand use `subcommands`";
            let problem = values::bad_program(reader.place(key), why, help);
            reader.say(problem);
            continue;
        }
        let Some(entry) = reader.map(value, name, &KEYS) else {
            continue;
        };
        let names = std::iter::once(name.to_owned()).chain(other_names(reader, &entry));
        let Some(meaning) = meaning(reader, name, value, &entry) else {
            continue;
        };
        found.extend(names.map(|name| (name, meaning.clone())));
    }
    found
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', '\0']) && !name.contains(char::is_whitespace)
}

fn other_names(reader: &mut Reader<'_>, entry: &Map<'_>) -> Vec<String> {
    let names = entry
        .get("also")
        .and_then(|node| reader.texts(node, "also"));
    let names = names.unwrap_or_default();
    names.iter().map(|name| name.text.to_owned()).collect()
}

fn meaning(reader: &mut Reader<'_>, name: &str, value: &Node, entry: &Map<'_>) -> Option<Meaning> {
    if let Some(node) = entry.get("same-as") {
        let words = same_as(reader, name, node, entry)?;
        return Some(Meaning::SameAs(words));
    }
    if entry.entries().all(|(key, ..)| key == "also") {
        let why = "it says nothing of this program";
        let help = "say what its words are, as in `operands: read...`, or `same-as: git`";
        let problem = values::bad_program(reader.place(value), why, help);
        reader.say(problem);
        return None;
    }
    let description = format!("{name} {:?}", value.kind);
    if let Some(program) = own::kept(&description) {
        return Some(Meaning::Entry(program));
    }
    let before = reader.problems.iter().count();
    let program = program(reader, &[], &Above::default(), name, entry);
    // An entry with mistakes keeps the policy out of force, so that it is not needed.
    (reader.problems.iter().count() == before)
        .then(|| Meaning::Entry(own::keep(description, program)))
}

fn same_as(
    reader: &mut Reader<'_>,
    name: &str,
    node: &Node,
    entry: &Map<'_>,
) -> Option<Vec<String>> {
    let text = reader.filled_text(node, "same-as")?;
    let words: Vec<String> = text.text.split_whitespace().map(str::to_owned).collect();
    for (key, at, _) in entry.entries() {
        if key != "same-as" && key != "also" {
            let why = "`same-as` says all of it";
            let help = "delete one of the two; two entries for one program stand in two files";
            let problem = shape::idle_key(reader.place(at), key, why, help);
            reader.say(problem);
        }
    }
    if words.first().is_some_and(|first| first == name) {
        let help = "name another program, perhaps with a subcommand: `same-as: git push`";
        let problem = values::bad_program(reader.place(node), "this is the program itself", help);
        reader.say(problem);
        return None;
    }
    Some(words)
}

/// What an entry has from those above it.
#[derive(Clone, Copy, Default)]
struct Above<'a> {
    path: &'a [&'static str],
    dashes: Option<Dashes>,
    abbreviations: Option<bool>,
    language: Option<&'static str>,
    reads_after: Option<&'static str>,
}

/// Reads an entry and those below it.
fn program(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    above: &Above<'_>,
    name: &str,
    entry: &Map<'_>,
) -> Program {
    let text = |reader: &mut Reader<'_>, key: &str| {
        let text = entry
            .get(key)
            .and_then(|node| reader.filled_text(node, key));
        text.map(|text| keep_text(text.text))
    };
    let dashes = entry
        .get("dashes")
        .and_then(|node| reader.word(node, "dashes", &DASHES, values::unknown_word));
    let dashes = dashes.or(above.dashes).unwrap_or(Dashes::Double);
    let own: &'static [Opt] = keep(options(reader, entry, dashes));
    let mut inner: Vec<&[Opt]> = scope.to_vec();
    inner.push(own);
    let said = entry
        .get("abbreviations")
        .and_then(|node| reader.flag(node, "abbreviations"));
    let is_plain = entry.get("subcommands").is_none() && scope.is_empty();
    let below = Above {
        path: above.path,
        dashes: Some(dashes),
        abbreviations: said.or(above.abbreviations),
        language: text(reader, "language").or(above.language),
        reads_after: text(reader, "reads-after").or(above.reads_after),
    };
    let base = layout(reader, &inner, entry, None);
    let cases = cases(reader, &inner, entry, &base);
    let flag = |reader: &mut Reader<'_>, key: &str| {
        let said = entry.get(key).and_then(|node| reader.flag(node, key));
        said.unwrap_or_default()
    };
    let habits = Habits {
        parsing: entry
            .get("parsing")
            .and_then(|node| reader.word(node, "parsing", &PARSINGS, values::unknown_word))
            .unwrap_or(Parsing::Permute),
        dashes,
        abbreviations: below.abbreviations.unwrap_or(is_plain),
        options_everywhere: flag(reader, "options-everywhere"),
        options: own,
        index: keep(index::of(
            own.iter().map(|option| option.names.iter().copied()),
        )),
        ends: keep(listed(reader, &inner, entry, "ends")),
        layout: base,
        cases: keep(cases),
        recursive: recursive(reader, &inner, entry),
        takes: &[],
        makes: &[],
        folders: entry
            .get("folders")
            .and_then(|node| reader.word(node, "folders", &FOLDERS, values::unknown_word))
            .unwrap_or(Folders::All),
        language: below.language,
        remote_paths: flag(reader, "remote-paths"),
        appends_stdin: flag(reader, "appends-stdin"),
        inputs: text(reader, "inputs"),
        reads_after: below.reads_after,
        means: means(reader, &inner, entry),
        expands: by_option(reader, &inner, entry, "expands"),
        overrides: by_option(reader, &inner, entry, "overrides"),
    };
    Program {
        name: keep_text(name),
        path: keep(above.path.to_vec()),
        subcommands: subcommands(reader, &inner, &below, entry),
        habits: Box::leak(Box::new(habits)),
    }
}

fn options(reader: &mut Reader<'_>, entry: &Map<'_>, dashes: Dashes) -> Vec<Opt> {
    let mut options = Vec::new();
    if let Some(node) = entry.get("switches") {
        let tokens = notation::tokens(reader, node, "switches");
        notation::switches(reader, &tokens, dashes == Dashes::Single, &mut options);
    }
    if let Some(node) = entry.get("values") {
        let tokens = notation::tokens(reader, node, "values");
        notation::with_values(reader, &tokens, Role::Plain, &mut options);
    }
    for (role, name, node) in by_role(reader, entry) {
        let tokens = notation::tokens(reader, node, name);
        notation::with_values(reader, &tokens, role, &mut options);
    }
    options
}

/// Returns the entries under `options`: each role with the options that have it.
fn by_role<'n>(reader: &mut Reader<'_>, entry: &Map<'n>) -> Vec<(Role, &'n str, &'n Node)> {
    let Some(map) = entry
        .get("options")
        .and_then(|node| reader.any_map(node, "options"))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, key, node) in map.entries() {
        if let Some((role, _)) = ROLES.iter().find(|(_, known)| *known == name) {
            found.push((*role, name, node));
        } else {
            let known: Vec<&str> = ROLES.iter().map(|(_, name)| *name).collect();
            let problem = values::unknown_role(reader.place(key), name, &known);
            reader.say(problem);
        }
    }
    found
}

fn listed(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    entry: &Map<'_>,
    key: &str,
) -> Vec<&'static str> {
    let Some(node) = entry.get(key) else {
        return Vec::new();
    };
    let tokens = notation::tokens(reader, node, key);
    notation::listed(reader, scope, &tokens)
}

fn recursive(reader: &mut Reader<'_>, scope: &Scope<'_>, entry: &Map<'_>) -> Recursive {
    let always = entry
        .get("recursive")
        .and_then(Node::scalar)
        .is_some_and(|scalar| scalar.text == "always");
    if always {
        return Recursive::Always;
    }
    Recursive::With(keep(listed(reader, scope, entry, "recursive")))
}

/// Reads what the operands are; what a case leaves out is as in the entry.
fn layout(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    map: &Map<'_>,
    base: Option<&Layout>,
) -> Layout {
    let operands = map.get("operands");
    let after = map.get("after-dashes");
    let mut role = |key: &str, outer: Option<Role>| {
        let said = map
            .get(key)
            .and_then(|node| reader.word(node, key, ROLES, values::unknown_role));
        said.or(outer)
    };
    let here = role("here", base.and_then(|base| base.here));
    let otherwise_here = role("otherwise-here", base.and_then(|base| base.otherwise_here));
    let stdin = role("stdin", base.and_then(|base| base.stdin));
    Layout {
        operands: match operands {
            Some(node) => notation::slots(reader, scope, node, "operands"),
            None => base.map_or(&[], |base| base.operands),
        },
        after_dashes: match after {
            Some(node) => Some(notation::slots(reader, scope, node, "after-dashes")),
            None => base.and_then(|base| base.after_dashes),
        },
        here,
        otherwise_here,
        stdin,
    }
}

fn cases(reader: &mut Reader<'_>, scope: &Scope<'_>, entry: &Map<'_>, base: &Layout) -> Vec<Case> {
    let Some(node) = entry.get("when") else {
        return Vec::new();
    };
    let items = match &node.kind {
        Kind::Map(_) => std::slice::from_ref(node),
        _ => reader.items(node, "when").unwrap_or_default(),
    };
    let mut cases = Vec::new();
    for item in items {
        let Some(map) = reader.map(item, "when", &CASE_KEYS) else {
            continue;
        };
        let Some(test) = map.get("if") else {
            let help = "name the options that make the difference, as in `if: -i`";
            let problem = shape::missing_key(reader.place(item), "if", "this case", help);
            reader.say(problem);
            continue;
        };
        let tokens = notation::tokens(reader, test, "if");
        let when = notation::tests(reader, scope, &tokens);
        let mut options = Vec::new();
        for (role, name, node) in by_role(reader, &map) {
            let tokens = notation::tokens(reader, node, name);
            let names = notation::listed(reader, scope, &tokens);
            options.extend(names.into_iter().map(|name| (name, role)));
        }
        cases.push(Case {
            when: keep(when),
            layout: layout(reader, scope, &map, Some(base)),
            options: keep(options),
        });
    }
    cases
}

/// Returns the entries of a map from texts to options.
fn pairs<'n>(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    entry: &Map<'n>,
    key: &str,
) -> Vec<(&'n str, Vec<&'static str>)> {
    let map = entry.get(key).and_then(|node| reader.any_map(node, key));
    let mut found = Vec::new();
    for (name, _, node) in map.iter().flat_map(Map::entries) {
        let tokens = notation::tokens(reader, node, key);
        found.push((name, notation::listed(reader, scope, &tokens)));
    }
    found
}

fn means(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    entry: &Map<'_>,
) -> &'static [(&'static str, &'static str)] {
    let pairs = pairs(reader, scope, entry, "means");
    let one = |(start, options): (&str, Vec<&'static str>)| {
        Some((keep_text(start), options.first().copied()?))
    };
    keep(pairs.into_iter().filter_map(one).collect())
}

fn by_option(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    entry: &Map<'_>,
    key: &str,
) -> &'static [(&'static str, &'static [&'static str])] {
    let pairs = pairs(reader, scope, entry, key);
    let canonical = |name: &str| {
        let mut options = scope.iter().rev().flat_map(|options| options.iter());
        let found = options.find(|option| option.names.contains(&name));
        found.map_or_else(|| keep_text(name), Opt::canonical)
    };
    let one = |(name, others): (&str, Vec<&'static str>)| (canonical(name), keep(others));
    keep(pairs.into_iter().map(one).collect())
}

fn subcommands(
    reader: &mut Reader<'_>,
    scope: &Scope<'_>,
    above: &Above<'_>,
    entry: &Map<'_>,
) -> &'static [(&'static str, &'static Program)] {
    let Some(map) = entry
        .get("subcommands")
        .and_then(|node| reader.any_map(node, "subcommands"))
    else {
        return &[];
    };
    let mut found: Vec<(&'static str, &'static Program)> = Vec::new();
    for (name, key, node) in map.entries() {
        let refusal = if !is_name(name) {
            Some((
                "a subcommand is one word",
                "nest `subcommands` for the next word",
            ))
        } else if scope.len() >= DEPTH {
            Some((
                "too many subcommands in each other",
                "leave the innermost out",
            ))
        } else {
            None
        };
        if let Some((why, help)) = refusal {
            let problem = values::bad_program(reader.place(key), why, help);
            reader.say(problem);
            continue;
        }
        let Some(sub) = reader.map(node, name, KEYS.get(1..).unwrap_or_default()) else {
            continue;
        };
        let mut path = above.path.to_vec();
        path.push(keep_text(name));
        let above = Above {
            path: &path,
            ..*above
        };
        let program: &'static Program =
            Box::leak(Box::new(self::program(reader, scope, &above, name, &sub)));
        found.push((program.name, program));
        let also: Vec<Text<'_>> = sub
            .get("also")
            .and_then(|node| reader.texts(node, "also"))
            .unwrap_or_default();
        found.extend(also.iter().map(|name| (keep_text(name.text), program)));
    }
    found.sort_by_key(|(name, _)| *name);
    keep(found)
}

#[cfg(test)]
mod tests;
