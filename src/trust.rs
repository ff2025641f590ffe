//! `trust.json` in the person's own settings: the gates of repositories that may run where the hook is wired for everything
//! that the person opens. A gate is code from the repository, and opening a foreign clone must run nothing.
//!
//! Trust is given to gates as they are: a changed command, variable or folder is another gate. What the command runs in turn,
//! such as a script of the repository, is not part of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::policy::{Layer, PolicySet, QualityGate, Rule, RuleKind};
use crate::state;
use crate::state::time::rfc3339;

const FILE: &str = "trust.json";
const VERSION: u64 = 1;
/// Largest file that is read, in bytes.
const LIMIT: u64 = 16 * 1024 * 1024;

/// What the person trusts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trust {
    repositories: Map<String, Value>,
}

/// Why trust could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("`{0}` was written by a newer version of hookgate")]
    Newer(PathBuf),
    #[error("`{0}` cannot be understood; mend it, or move it away")]
    Junk(PathBuf),
    #[error("`{path}`: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// A repository whose gates are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    pub root: String,
    pub gates: usize,
    /// RFC 3339.
    pub since: String,
}

impl Trust {
    /// Reads what is trusted; a missing file trusts nothing.
    ///
    /// # Errors
    /// When there is a file that cannot be used.
    pub fn read(folder: &Path) -> Result<Self, TrustError> {
        let path = folder.join(FILE);
        let about = match path.metadata() {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(TrustError::Io { path, source }),
        };
        if !about.is_file() || about.len() > LIMIT {
            return Err(TrustError::Junk(path));
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(TrustError::Io { path, source }),
        };
        let mut value: Value =
            serde_json::from_slice(&bytes).map_err(|_| TrustError::Junk(path.clone()))?;
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(_) => return Err(TrustError::Newer(path)),
            None => return Err(TrustError::Junk(path)),
        }
        match value.get_mut("repositories").map(Value::take) {
            Some(Value::Object(repositories)) => Ok(Self { repositories }),
            _ => Err(TrustError::Junk(path)),
        }
    }

    /// Writes what is trusted, in one step.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, folder: &Path) -> Result<(), TrustError> {
        let path = folder.join(FILE);
        let value = json!({"version": VERSION, "repositories": self.repositories});
        let written = fs::create_dir_all(folder)
            .and_then(|()| state::replace(&path, format!("{value:#}\n").as_bytes()));
        written.map_err(|source| TrustError::Io { path, source })
    }

    /// Returns whether a gate of a repository may run.
    #[must_use]
    pub fn covers(&self, root: &Path, rule: &Rule, gate: &QualityGate) -> bool {
        let entry = self.repositories.get(&key(root));
        let gates = entry.and_then(|entry| entry.get("gates")?.as_array());
        let digest = digest(rule, gate);
        gates.is_some_and(|gates| gates.iter().any(|gate| *gate == digest))
    }

    /// Trusts the gates of a repository as they are, and nothing else of it.
    pub fn grant(&mut self, root: &Path, gates: &[(&Rule, &QualityGate)]) {
        let gates: Vec<String> = gates
            .iter()
            .map(|(rule, gate)| digest(rule, gate))
            .collect();
        let now = rfc3339(SystemTime::now());
        self.repositories
            .insert(key(root), json!({"gates": gates, "since": now}));
    }

    /// Takes trust back; returns whether there was any.
    pub fn revoke(&mut self, root: &Path) -> bool {
        self.repositories.remove(&key(root)).is_some()
    }

    /// Returns the trusted repositories by their roots.
    #[must_use]
    pub fn list(&self) -> Vec<Trusted> {
        let entries = self.repositories.iter();
        entries
            .map(|(root, entry)| Trusted {
                root: root.clone(),
                gates: entry
                    .get("gates")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len),
                since: entry
                    .get("since")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            })
            .collect()
    }
}

/// Returns the gates that come from the repository itself; a person's own need no trust.
#[must_use]
pub fn gates_of_repository(set: &PolicySet) -> Vec<(&Rule, &QualityGate)> {
    set.rules
        .iter()
        .filter_map(|rule| match &rule.kind {
            RuleKind::QualityGate(gate) if is_of_repository(set, rule) => Some((rule, gate)),
            _ => None,
        })
        .collect()
}

/// Returns whether a rule was written in the repository. One of which that is not known counts as such.
#[must_use]
pub fn is_of_repository(set: &PolicySet, rule: &Rule) -> bool {
    let sources = set.sources.iter();
    let mut layers = sources
        .filter(|source| source.name == rule.origin.file)
        .map(|source| source.layer)
        .peekable();
    layers.peek().is_none() || layers.any(|layer| !matches!(layer, Layer::Managed | Layer::User))
}

/// Digest of all that a gate runs and where.
#[must_use]
pub fn digest(rule: &Rule, gate: &QualityGate) -> String {
    let parts = format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        rule.id, rule.base, gate.run, gate.env, gate.working_directory, gate.tool_versions
    );
    blake3::hash(parts.as_bytes()).to_hex().to_string()
}

/// A repository is known by where it really is.
fn key(root: &Path) -> String {
    let real = fs::canonicalize(root);
    real.as_deref()
        .unwrap_or(root)
        .to_string_lossy()
        .into_owned()
}
