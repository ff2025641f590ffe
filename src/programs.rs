//! What well-known programs do with the words they are given.
//!
//! The knowledge is data (`programs/data/*.yaml`, one file a family), turned into static tables by the build script. A
//! program that is not listed is no error: its words are kept, without roles, and the reading says that it is uncertain.

mod given;
pub mod index;
mod layout;
pub mod own;
pub mod reading;
pub mod table;

#[cfg(test)]
mod tests;

pub use own::Programs;
pub use reading::{Reading, Word, read};
pub use table::{Program, Role};

/// Returns the entry of a program by its name without a folder. A version (`python3.12`), `.exe` and, where nothing else
/// fits, the case of letters do not matter.
#[must_use]
pub fn find(name: &str) -> Option<&'static Program> {
    let whole = exactly(name);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    whole
        .or_else(|| exactly(name))
        .or_else(|| exactly(without_version(name)))
        .or_else(|| {
            let lower = name.to_ascii_lowercase();
            (lower != name)
                .then(|| exactly(&lower).or_else(|| exactly(without_version(&lower))))
                .flatten()
        })
}

/// Returns every program of the table, in the order of their names.
pub fn all() -> impl Iterator<Item = &'static Program> {
    table::NAMES
        .iter()
        .filter(|(name, program)| *name == program.name)
        .map(|(_, program)| *program)
}

/// Returns the name that stands for all spellings of an option after these subcommands: `--force` is `-f` in `git push`.
#[must_use]
pub fn canonical_option<'n>(program: &'static Program, path: &[&str], name: &'n str) -> &'n str {
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    given::Levels::at(program, path)
        .find(name)
        .map_or(name, |option| option.canonical())
}

/// Returns every name of every option after these subcommands.
#[must_use]
pub fn option_names(program: &'static Program, path: &[&str]) -> Vec<&'static str> {
    let levels = given::Levels::at(program, path);
    let options = levels.in_force().flat_map(|level| level.options);
    options
        .flat_map(|option| option.names.iter().copied())
        .collect()
}

/// Whether one option, given with another one after these subcommands, takes its effect away. Both by their canonical names.
#[must_use]
pub fn overrides(program: &'static Program, path: &[&str], one: &str, other: &str) -> bool {
    let level = given::Levels::at(program, path).innermost();
    level
        .overrides
        .iter()
        .any(|(name, others)| *name == one && others.contains(&other))
}

/// Whether two spellings mean one option.
#[must_use]
pub fn same_option(program: &'static Program, path: &[&str], a: &str, b: &str) -> bool {
    canonical_option(program, path, a) == canonical_option(program, path, b)
}

fn exactly(name: &str) -> Option<&'static Program> {
    let first = usize::from(*name.as_bytes().first()?);
    let from = usize::from(*table::STARTS.get(first)?);
    let to = usize::from(*table::STARTS.get(first + 1)?);
    let near = table::NAMES.get(from..to)?;
    let index = near
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()?;
    near.get(index).map(|(_, program)| *program)
}

fn without_version(name: &str) -> &str {
    name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.')
        .trim_end_matches('-')
}
