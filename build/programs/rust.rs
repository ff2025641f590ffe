//! Writes checked entries as Rust statics.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::entry::{Case, Entry, OptionRoles, Role};
use super::notation::{self, Made, Slot, Spelled, Test};
use super::{Family, index};

/// Returns the options of an entry in all spellings, with their roles.
pub(crate) fn options(entry: &Entry) -> Vec<(Spelled, Role)> {
    let switches = notation::switches(&entry.switches, entry.dashes);
    let values = notation::options(&entry.values);
    let mut all: Vec<_> = switches
        .into_iter()
        .chain(values)
        .map(|spelled| (spelled, Role::Plain))
        .collect();
    for (role, text) in entry.options.iter() {
        all.extend(
            notation::options(text)
                .into_iter()
                .map(|spelled| (spelled, role)),
        );
    }
    all
}

/// Returns the canonical name of an option, looked up in an entry and those above it.
pub(crate) fn canonical(scope: &[&Entry], name: &str) -> Option<String> {
    if name == "--" {
        return Some(name.to_owned());
    }
    scope
        .iter()
        .rev()
        .flat_map(|entry| options(entry))
        .find_map(|(spelled, _)| {
            let known = spelled.names.iter().any(|known| known == name);
            known.then(|| spelled.names.first().cloned()).flatten()
        })
}

/// Returns the source of the statics.
///
/// # Errors
///
/// When an entry does not hold what `check` should have seen to.
pub(crate) fn source(families: &[Family]) -> Result<String, String> {
    let mut shared = Shared::default();
    let mut names = Vec::new();
    for entry in families.iter().flat_map(|family| &family.entries) {
        program(&mut shared, &[entry])?;
        names.extend(spellings(entry).map(|name| (name, ident([entry.name.as_str()]))));
    }
    names.sort();
    // Where the names begin that have this first byte: halves the steps of a search.
    let starts: Vec<usize> = (0..=128)
        .map(|byte| names.partition_point(|(name, _)| name.bytes().next() < Some(byte)))
        .collect();
    let roles: Vec<String> = Role::NAMES
        .iter()
        .map(|(name, role)| format!("(Role::{role:?}, {name:?})"))
        .collect();
    Ok(format!(
        "{}\n/// Every name of every program, sorted.\npub static NAMES: &[(&str, &Program)] = &[{}];\n\
         /// Where the names begin whose first byte is at least this.\npub static STARTS: [u16; 129] = {starts:?};\n\
         /// Every role with its name in entries.\npub static ROLES: &[(Role, &str)] = &[{}];\n",
        shared.text,
        references(&names),
        roles.join(", ")
    ))
}

/// The source so far. Lists that are the same are written once: each pointer in a static costs at every start.
#[derive(Default)]
struct Shared {
    text: String,
    lists: BTreeMap<String, String>,
}

impl Shared {
    /// Returns a reference to a list of these items.
    fn list(&mut self, kind: &str, items: &[String]) -> String {
        if items.is_empty() {
            return "&[]".to_owned();
        }
        let source = format!("[{kind}; {}] = [{}];", items.len(), items.join(", "));
        let next = format!("L{}", self.lists.len());
        let name = self.lists.entry(source.clone()).or_insert_with(|| {
            self.text.extend(["static ", &next, ": ", &source, "\n"]);
            next
        });
        format!("&{name}")
    }

    /// Returns a reference to what programs that read alike have in common.
    fn habits(&mut self, fields: &str) -> String {
        let source = format!("Habits = Habits {{ {fields} }};");
        let next = format!("L{}", self.lists.len());
        let name = self.lists.entry(source.clone()).or_insert_with(|| {
            self.text.extend(["static ", &next, ": ", &source, "\n"]);
            next
        });
        format!("&{name}")
    }
}

fn references(names: &[(&str, String)]) -> String {
    let written: Vec<String> = names
        .iter()
        .map(|(name, ident)| format!("({name:?}, &{ident})"))
        .collect();
    written.join(", ")
}

fn spellings(entry: &Entry) -> impl Iterator<Item = &str> {
    std::iter::once(entry.name.as_str()).chain(entry.also.iter().map(String::as_str))
}

/// Returns the name of the static for a program or subcommand.
fn ident<'n>(path: impl IntoIterator<Item = &'n str>) -> String {
    let mut ident = "P".to_owned();
    for name in path {
        ident.push('_');
        for letter in name.chars() {
            if letter.is_ascii_alphanumeric() {
                ident.push(letter.to_ascii_uppercase());
            } else {
                ident.push_str(&format!("_{:x}_", u32::from(letter)).to_uppercase());
            }
        }
    }
    ident
}

/// Writes the last entry of `scope`, those above it being its parents, and all below it.
fn program(shared: &mut Shared, scope: &[&Entry]) -> Result<(), String> {
    let (Some(program), Some(entry)) = (scope.first(), scope.last()) else {
        return Err("a program without an entry".to_owned());
    };
    let path: Vec<&str> = scope.iter().map(|entry| entry.name.as_str()).collect();
    let owner = program.shares.as_deref().unwrap_or(&program.name);
    let mut names: Vec<(&str, String)> = Vec::new();
    for sub in &entry.subcommands {
        let ident = if let Some(other) = &sub.stands_for {
            ident(std::iter::once(owner).chain(other.split(' ')))
        } else {
            let below: Vec<&Entry> = scope.iter().copied().chain([sub]).collect();
            if program.shares.is_none() {
                self::program(shared, &below)?;
            }
            ident(
                [owner]
                    .into_iter()
                    .chain(path.iter().skip(1).copied())
                    .chain([sub.name.as_str()]),
            )
        };
        names.extend(spellings(sub).map(|spelling| (spelling, ident.clone())));
    }
    names.sort();
    let ident = ident(path.iter().copied());
    let fields = fields(shared, scope, entry)?;
    let habits = shared.habits(&fields);
    let names: Vec<String> = names
        .iter()
        .map(|(name, ident)| format!("({name:?}, &{ident})"))
        .collect();
    let subcommands = shared.list("(&str, &Program)", &names);
    writeln!(
        shared.text,
        "static {ident}: Program = Program {{ path: &{:?}, subcommands: {subcommands}, name: {:?}, habits: {habits} }};",
        path.get(1..).unwrap_or_default(),
        entry.name
    )
    .map_err(|error| error.to_string())
}

fn fields(shared: &mut Shared, scope: &[&Entry], entry: &Entry) -> Result<String, String> {
    let spelled = options(entry);
    let index = index::of(
        spelled
            .iter()
            .map(|(spelled, _)| spelled.names.iter().map(String::as_str)),
    );
    let index: Vec<String> = index.iter().map(|entry| format!("{entry:?}")).collect();
    let options: Vec<String> = spelled
        .iter()
        .map(|(spelled, role)| {
            let Spelled { names, takes } = spelled;
            format!("Opt {{ names: &{names:?}, takes: Takes::{takes:?}, role: Role::{role:?} }}")
        })
        .collect();
    let getopt = entry.subcommands.is_empty() && scope.len() == 1;
    let recursive = if entry.recursive == "always" {
        "Recursive::Always".to_owned()
    } else {
        format!(
            "Recursive::With(&{:?})",
            canonicals(scope, &entry.recursive)
        )
    };
    let cases = entry
        .cases
        .iter()
        .map(|case| self::case(shared, scope, entry, case))
        .collect::<Result<Vec<_>, _>>()?;
    let means: Vec<String> = entry
        .means
        .iter()
        .map(|(start, option)| {
            format!(
                "({start:?}, {:?})",
                canonical(scope, option).unwrap_or_default()
            )
        })
        .collect();
    let expands = lists_by_option(scope, &entry.expands);
    let overrides = lists_by_option(scope, &entry.overrides);
    let above = scope
        .len()
        .checked_sub(2)
        .and_then(|index| scope.get(index));
    let abbreviations = entry
        .abbreviations
        .or_else(|| above?.abbreviations)
        .unwrap_or(getopt);
    let base = Case {
        test: String::new(),
        operands: None,
        after_dashes: None,
        options: OptionRoles::default(),
        here: None,
        otherwise_here: None,
        stdin: None,
    };
    Ok(format!(
        "parsing: Parsing::{:?}, dashes: Dashes::{:?}, abbreviations: {abbreviations}, \
         options_everywhere: {}, options: {}, index: {}, ends: &{:?}, layout: {}, cases: {}, recursive: {recursive}, \
         takes: &{:?}, makes: {}, folders: Folders::{:?}, language: {:?}, remote_paths: {}, appends_stdin: {}, inputs: {:?}, \
         reads_after: {:?}, means: &[{}], expands: &[{expands}], overrides: &[{overrides}]",
        entry.parsing,
        entry.dashes,
        entry.options_everywhere,
        shared.list("Opt", &options),
        shared.list("(u8, u16)", &index),
        canonicals(scope, &entry.ends),
        layout(shared, scope, entry, &base)?,
        shared.list("Case", &cases),
        entry.takes.split_whitespace().collect::<Vec<_>>(),
        made(shared, scope, &entry.makes)?,
        entry.folders,
        entry
            .language
            .as_deref()
            .or_else(|| above?.language.as_deref()),
        entry.remote_paths,
        entry.appends_stdin,
        entry.inputs,
        entry
            .reads_after
            .as_deref()
            .or_else(|| scope.first()?.reads_after.as_deref()),
        means.join(", ")
    ))
}

/// Writes a map from options to lists of options.
fn lists_by_option(scope: &[&Entry], map: &BTreeMap<String, String>) -> String {
    let written: Vec<String> = map
        .iter()
        .map(|(name, others)| {
            format!(
                "({:?}, &{:?})",
                canonical(scope, name).unwrap_or_default(),
                canonicals(scope, others)
            )
        })
        .collect();
    written.join(", ")
}

fn canonicals(scope: &[&Entry], text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter_map(|name| canonical(scope, name))
        .collect()
}

fn case(
    shared: &mut Shared,
    scope: &[&Entry],
    entry: &Entry,
    case: &Case,
) -> Result<String, String> {
    let mut options = Vec::new();
    for (role, text) in case.options.iter() {
        for name in canonicals(scope, text) {
            options.push(format!("({name:?}, Role::{role:?})"));
        }
    }
    Ok(format!(
        "Case {{ when: &[{}], layout: {}, options: &[{}] }}",
        tests(scope, &notation::tests(case.test.split_whitespace())),
        layout(shared, scope, entry, case)?,
        options.join(", ")
    ))
}

fn layout(
    shared: &mut Shared,
    scope: &[&Entry],
    entry: &Entry,
    case: &Case,
) -> Result<String, String> {
    let role =
        |role: Option<Role>| role.map_or("None".to_owned(), |role| format!("Some(Role::{role:?})"));
    let operands = case.operands.as_ref().or(entry.operands.as_ref());
    let after = case.after_dashes.as_ref().or(entry.after_dashes.as_ref());
    let after = match after {
        Some(text) => format!("Some({})", slots(shared, scope, text)?),
        None => "None".to_owned(),
    };
    Ok(format!(
        "Layout {{ operands: {}, after_dashes: {after}, here: {}, otherwise_here: {}, stdin: {} }}",
        operands.map_or(Ok("&[]".to_owned()), |text| slots(shared, scope, text))?,
        role(case.here.or(entry.here)),
        role(case.otherwise_here.or(entry.otherwise_here)),
        role(case.stdin.or(entry.stdin))
    ))
}

fn slots(shared: &mut Shared, scope: &[&Entry], text: &str) -> Result<String, String> {
    let written: Vec<String> = notation::slots(text)?
        .iter()
        .map(|Slot { role, repeats, when, unless }| {
            format!(
                "Slot {{ role: Role::{role:?}, repeats: {repeats}, when: &[{}], unless: &[{}] }}",
                tests(scope, when),
                tests(scope, unless)
            )
        })
        .collect();
    Ok(shared.list("Slot", &written))
}

fn made(shared: &mut Shared, scope: &[&Entry], text: &str) -> Result<String, String> {
    let written: Vec<String> = notation::made(text)?
        .iter()
        .map(
            |Made {
                 path,
                 given,
                 when,
                 unless,
             }| {
                format!(
                    "Made {{ path: {path:?}, given: {given}, when: &[{}], unless: &[{}] }}",
                    tests(scope, when),
                    tests(scope, unless)
                )
            },
        )
        .collect();
    Ok(shared.list("Made", &written))
}

fn tests(scope: &[&Entry], tests: &[Test]) -> String {
    let written: Vec<String> = tests
        .iter()
        .map(|Test { option, value }| {
            let option = canonical(scope, option).unwrap_or_default();
            format!("Test {{ option: {option:?}, value: {value:?} }}")
        })
        .collect();
    written.join(", ")
}
