//! Reads `adapters/*/adapter.yaml` and `adapters/marks.yaml`, checks them and writes them out as Rust statics.
//!
//! A mistake in a table stops the build with the file and the place. What the keys mean is in `adapters/README.md`, what
//! the statics look like in `src/adapter/table.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

mod check;
mod emit;
mod language;
mod shape;
mod template;
mod text;

/// Writes `adapters.rs` into the build's output folder.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo starts again when a build script is killed"
)]
pub(crate) fn generate() -> Result<(), String> {
    println!("cargo::rerun-if-changed=adapters");
    println!("cargo::rerun-if-changed=src/call.rs");
    let mut out = String::new();
    let mut hook_files = emit::HookFiles::default();
    for folder in folders(Path::new("adapters"))? {
        let file = folder.join("adapter.yaml");
        let adapter: shape::Adapter = read(&file)?;
        let contents = contents(&adapter.wiring, &folder)?;
        let setup = setup(&folder.join("setup.yaml"))?;
        let language = language(&folder.join("export.yaml"))?;
        check::adapter(&adapter, &folder)
            .and_then(|()| emit::adapter(&mut out, &adapter, &contents, &setup, language.as_ref()))
            .map_err(|problem| format!("{}: {problem}", file.display()))?;
        hook_files.add_of(&adapter, language.as_ref());
    }
    let marks: shape::Marks = read(Path::new("adapters/marks.yaml"))?;
    check::marks(&marks).map_err(|problem| format!("adapters/marks.yaml: {problem}"))?;
    emit::marks(&mut out, &marks);
    hook_files.add(marks.configs);
    hook_files.write(&mut out);

    let folder = variable("OUT_DIR")?;
    let file = Path::new(&folder).join("adapters.rs");
    fs::write(&file, out).map_err(|error| format!("{}: {error}", file.display()))
}

/// Returns the folders that hold a table, sorted.
fn folders(root: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(root).map_err(|error| format!("{}: {error}", root.display()))?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    Ok(folders)
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Returns what is known of setting the runtime up; a runtime that asks for nothing special has no file for it.
fn setup(file: &Path) -> Result<shape::Setup, String> {
    if file.exists() {
        read(file)
    } else {
        Ok(shape::Setup::default())
    }
}

/// Returns the runtime's own language for permissions, where it has one that is known.
fn language(file: &Path) -> Result<Option<language::Language>, String> {
    if !file.exists() {
        return Ok(None);
    }
    let language: language::Language = read(file)?;
    let checked = language.check();
    checked.map_err(|problem| format!("{}: {problem}", file.display()))?;
    Ok(Some(language))
}

/// Returns what `init` installs.
fn contents(wiring: &shape::Wiring, folder: &Path) -> Result<emit::Contents, String> {
    let mut contents = emit::Contents {
        content: String::new(),
        files: Vec::new(),
    };
    if !wiring.content.is_empty() {
        contents.content = content(&folder.join(&wiring.content))?;
    }
    for one in &wiring.files {
        let content = content(&folder.join(&one.content))?;
        contents.files.push((one.file.clone(), content));
    }
    Ok(contents)
}

/// Returns a file's text; what ends in `.json` must be JSON.
fn content(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if file.extension().is_some_and(|end| end == "json") {
        serde_json::from_str::<serde_json::Value>(&text)
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(text)
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo hands a build script its folders in variables"
)]
fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
