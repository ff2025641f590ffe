//! A digest of everything that decides what a compiled policy means: only the program that wrote one reads it.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// What the policy is compiled by, what is compiled into it, and what makes of it what a session watches.
const INPUTS: [&str; 12] = [
    "adapters",
    "build",
    "policies",
    "src/adapter/hook_files.rs",
    "src/call.rs",
    "src/decision.rs",
    "src/digests",
    "src/outcome",
    "src/policy",
    "src/policy.rs",
    "src/programs",
    "src/programs.rs",
];
/// Where they are there: packages have a manifest of another form, and dependents a lock file of their own.
const OPTIONAL: [&str; 2] = ["Cargo.lock", "Cargo.toml"];

/// Writes `maker.rs` into Cargo's output folder.
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
    let mut files = Vec::new();
    for input in INPUTS {
        println!("cargo::rerun-if-changed={input}");
        list(Path::new(input), &mut files)?;
    }
    for input in OPTIONAL.iter().filter(|input| Path::new(input).exists()) {
        println!("cargo::rerun-if-changed={input}");
        files.push(PathBuf::from(input));
    }
    files.sort();
    // Two halves, because one of 64 bits is little for all builds there will ever be.
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    for (number, half) in (0_u8..).zip(&mut halves) {
        half.write_u8(number);
        half.write(std::env::var("TARGET")?.as_bytes());
    }
    for file in files {
        let content = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        for half in &mut halves {
            let name = file.as_os_str().as_encoded_bytes();
            for bytes in [name, &content] {
                half.write_usize(bytes.len());
                half.write(bytes);
            }
        }
    }
    let bytes: Vec<u8> = halves
        .iter()
        .flat_map(|half| half.finish().to_le_bytes())
        .collect();
    let code = format!(
        "/// Which program wrote a file.\nconst MAKER: [u8; {}] = {bytes:?};\n",
        bytes.len()
    );
    let out = std::env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("maker.rs"), code)?;
    Ok(())
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}
