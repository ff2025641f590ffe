//! `sessions/<key>.json`: what one session has been through. Written on session start, prompts that end a chain of blocked
//! stops, and blocked stops.
//!
//! `sessions/<key>.blocked`: the time of each decision that blocked something, a line each. They are for the session's record,
//! and many: a line is added in one write, where replacing a file can wait for the disk.

use std::io::Write;

use serde_json::{Value, json};

use super::{State, StateError, file_name};

/// What is remembered of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// RFC 3339, when the session began.
    pub started: Option<String>,
    pub stops: StopBlocks,
    /// What was said and is not said again.
    pub told: Vec<String>,
}

/// The blocked stops since the last release or prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StopBlocks {
    /// Blocks in a row.
    pub total: u64,
    /// Blocks in a row for the same failure.
    pub same: u64,
    /// Digest of that failure.
    pub failure: Option<String>,
}

impl Session {
    /// Reads a session; one that is unknown or unreadable begins anew.
    #[must_use]
    pub fn read(state: &State, key: &str) -> Self {
        let Some(value) = state.read_at_once(&path(key)) else {
            return Self::default();
        };
        let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
        let text = |pointer: &str| {
            value
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        Self {
            started: text("/started"),
            stops: StopBlocks {
                total: number("/stop_blocks/total"),
                same: number("/stop_blocks/same"),
                failure: text("/stop_blocks/failure"),
            },
            told: texts(&value, "told"),
        }
    }

    /// Changes a session under a lock, so that of two processes neither loses the other's count. Nothing is written when
    /// nothing changes.
    ///
    /// # Errors
    /// Those of [`State::write`], and of locking.
    pub fn update(
        state: &State,
        key: &str,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), StateError> {
        let _turn = state.lock(&format!("sessions/{}.lock", file_name(key)));
        let before = Self::read(state, key);
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        after.write(state, key)
    }

    /// Writes a session.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub fn write(&self, state: &State, key: &str) -> Result<(), StateError> {
        let value = json!({
            "version": super::VERSION,
            "session": key,
            "started": self.started,
            "told": self.told,
            "stop_blocks": {
                "total": self.stops.total,
                "same": self.stops.same,
                "failure": self.stops.failure,
            },
        });
        state.write(&path(key), &value)
    }
}

/// The decisions of a session that blocked something, stops included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    pub count: usize,
    /// When the first came, RFC 3339.
    pub first: Option<String>,
}

impl Blocked {
    /// Adds one.
    ///
    /// # Errors
    /// When a folder is a link or the disk refuses.
    pub fn add(state: &State, key: &str, now: &str) -> Result<(), StateError> {
        let name = blocked_path(key);
        let mut file = state.open_to_add(&name)?;
        file.write_all(format!("{now}\n").as_bytes())
            .map_err(|source| state.io(&state.folder().join(name), source))
    }

    /// Counts those of a session.
    #[must_use]
    pub fn read(state: &State, key: &str) -> Self {
        let bytes = state.read_bytes(&blocked_path(key), super::FILE_LIMIT);
        let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
        Self {
            count: text.lines().count(),
            first: text.lines().next().map(str::to_owned),
        }
    }
}

fn blocked_path(key: &str) -> String {
    format!("sessions/{}.blocked", file_name(key))
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let texts = value.get(key).and_then(Value::as_array);
    let texts = texts.into_iter().flatten();
    texts
        .filter_map(|text| Some(text.as_str()?.to_owned()))
        .collect()
}

fn path(key: &str) -> String {
    format!("sessions/{}.json", file_name(key))
}
