//! The table of programs: reads `src/programs/data/*.yaml`, checks every entry, writes Rust statics.
//!
//! Every mistake of the data is reported at once, with its file and entry; a table with mistakes does not build.

mod check;
mod entry;
#[path = "../src/programs/index.rs"]
#[expect(unreachable_pub, reason = "the library's own module")]
mod index;
mod notation;
mod rust;

use std::error::Error;
use std::path::{Path, PathBuf};

use entry::Entry;

/// Where the data is, from the package's root.
const DATA: &str = "src/programs/data";

/// One file of the table.
pub(crate) struct Family {
    pub(crate) file: String,
    pub(crate) entries: Vec<Entry>,
}

/// Writes `programs.rs` into Cargo's output folder.
///
/// # Errors
///
/// When the data cannot be read or has mistakes.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script speaks with Cargo through its environment and standard output"
)]
pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DATA}");
    println!("cargo::rerun-if-changed=build");
    let families = read(Path::new(DATA))?;
    let problems = check::problems(&families);
    if !problems.is_empty() {
        return Err(format!(
            "the table of programs has mistakes:\n{}",
            problems.join("\n")
        )
        .into());
    }
    let folder = std::env::var_os("OUT_DIR").ok_or("Cargo sets no OUT_DIR")?;
    let path = PathBuf::from(folder).join("programs.rs");
    std::fs::write(path, rust::source(&families)?)?;
    Ok(())
}

fn read(folder: &Path) -> Result<Vec<Family>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let file = path.display().to_string();
            let text = std::fs::read_to_string(&path)?;
            let mut entries: Vec<Entry> =
                serde_yaml::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
            spread(&mut entries);
            entries.iter_mut().for_each(pass_dashes_down);
            Ok(Family { file, entries })
        })
        .collect()
}

/// A subcommand writes its options as its program does.
fn pass_dashes_down(entry: &mut Entry) {
    for sub in &mut entry.subcommands {
        sub.dashes = entry.dashes;
        pass_dashes_down(sub);
    }
}

/// Gives those that are alike entries of their own.
fn spread(entries: &mut Vec<Entry>) {
    let mut more = Vec::new();
    for entry in &mut *entries {
        spread(&mut entry.subcommands);
        for names in std::mem::take(&mut entry.alike) {
            let mut names = names.split('/').map(str::to_owned);
            let mut other = entry.clone();
            other.name = names.next().unwrap_or_default();
            other.also = names.collect();
            // `docker container kill` stands for `docker kill` as `container stop` does for `stop`.
            other.stands_for = entry.stands_for.is_some().then(|| other.name.clone());
            other.shares = Some(entry.name.clone());
            more.push(other);
        }
    }
    entries.extend(more);
}
