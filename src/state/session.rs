//! `sessions/<key>.json`: what one session has been through. Written on session start, prompts that end a chain of blocked
//! stops, and blocked stops; counts are for the session's record.

use serde_json::{Value, json};

use super::{State, StateError, file_name};

/// What is remembered of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// RFC 3339, when the session's first event came.
    pub started: Option<String>,
    /// Decisions that blocked something, stops included.
    pub denied: u64,
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
        let Some(value) = state.read(&path(key)) else {
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
            denied: number("/denied"),
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
            "denied": self.denied,
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
