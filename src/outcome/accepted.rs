//! `accepted.jsonl`: states of protected files that some session's call was allowed to make. Of two sessions on one
//! checkout, neither reports what the other one was let through with.

use std::fs;

use serde_json::{Value, json};

use super::Site;
use crate::state::{self, StateError};

const FILE: &str = "accepted.jsonl";
/// Beyond this it begins anew: what it loses is told once more at worst.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Notes states that a call was allowed to make.
///
/// # Errors
/// When the folder is a link or the disk refuses.
pub fn add(site: &Site, states: &[(String, String)]) -> Result<(), StateError> {
    if states.is_empty() {
        return Ok(());
    }
    let path = site.state.prepare(FILE)?;
    let failed = |source| StateError::Io {
        path: format!("{}/{FILE}", state::FOLDER),
        source,
    };
    if path
        .symlink_metadata()
        .is_ok_and(|about| about.len() > LARGEST)
    {
        state::replace(&path, b"").map_err(failed)?;
    }
    let lines: Vec<String> = states
        .iter()
        .map(|(path, found)| json!({"version": 1, "path": path, "found": found}).to_string())
        .collect();
    state::append_line(&path, &lines.join("\n")).map_err(failed)
}

/// The states that were noted.
#[derive(Debug, Default)]
pub struct Accepted {
    states: Vec<(String, String)>,
}

impl Accepted {
    /// Reads them; what cannot be read counts as not accepted.
    #[must_use]
    pub fn read(site: &Site) -> Self {
        let path = site.state.folder().join(FILE);
        let is_file = path
            .symlink_metadata()
            .is_ok_and(|about| about.is_file() && about.len() <= 2 * LARGEST);
        let text = if is_file {
            fs::read(&path).unwrap_or_default()
        } else {
            Vec::new()
        };
        let states = String::from_utf8_lossy(&text)
            .lines()
            .filter_map(|line| {
                let line: Value = serde_json::from_str(line).ok()?;
                let text = |key: &str| Some(line.get(key)?.as_str()?.to_owned());
                (line.get("version")? == 1).then_some((text("path")?, text("found")?))
            })
            .collect();
        Self { states }
    }

    #[must_use]
    pub fn holds(&self, path: &str, found: &str) -> bool {
        self.states
            .iter()
            .any(|(known, state)| known == path && state == found)
    }
}
