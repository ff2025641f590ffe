//! Lists the files of `demo-repo/`, which `hookgate demo` copies, as a static table.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What the demo repository makes when it is used; never part of the copy.
const MADE: [&str; 7] = [
    ".git",
    ".env",
    ".env.local",
    ".hook-state",
    "reports",
    "__pycache__",
    "shop.db",
];

/// Writes `demo_files.rs` into Cargo's output folder.
///
/// # Errors
///
/// When a file cannot be read or written.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script speaks with Cargo through its environment and standard output"
)]
pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
    let root = std::env::var("CARGO_MANIFEST_DIR")?;
    let out = std::env::var("OUT_DIR")?;
    let demo = Path::new(&root).join("demo-repo");
    println!("cargo::rerun-if-changed=demo-repo");
    let mut files = Vec::new();
    list(&demo, &mut files)?;
    files.sort();
    let mut code = String::from("static DEMO_FILES: &[DemoFile] = &[\n");
    for file in files {
        let path = file
            .strip_prefix(&demo)?
            .to_str()
            .ok_or("a path is not UTF-8")?;
        let path = path.replace('\\', "/");
        // Scripts say so by their first line, which also holds where no file system keeps the executable bit.
        let executable = fs::read(&file)?.starts_with(b"#!");
        writeln!(
            code,
            "    DemoFile {{ path: {path:?}, content: include_bytes!({:?}), executable: {executable} }},",
            file.display().to_string()
        )?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("demo_files.rs"), code)?;
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
