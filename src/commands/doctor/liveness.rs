//! Whether hooks really run: what the runtime wrote down of its last session here, against what hookgate recorded of it.
//!
//! A call that no rule speaks about leaves no record, but every session's beginning and end does. A session with tool calls
//! of which nothing was recorded ran without hookgate, however well the lines answer when they are tried.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use super::Finding;
use super::transcripts::{self, Session};
use crate::adapter::Adapter;
use crate::state::time::rfc3339;
use crate::state::{State, audit};
use crate::wiring::registered::Hook;

/// Says whether the last session since the hooks were wired went by without them.
pub(super) fn last_session(adapter: &Adapter, root: &Path, ours: &[&Hook]) -> Option<Finding> {
    let transcripts = adapter.setup.transcripts?;
    let modified = |hook: &&Hook| fs::metadata(&hook.file.path).ok()?.modified().ok();
    let wired = ours.iter().filter_map(modified).max()?;
    let sessions = transcripts::sessions(&transcripts, root)?;
    let last = sessions.iter().max_by_key(|session| session.began)?;
    // An agent that another one started may have a session of its own, which begins without an event.
    let may_be_part_of = |other: &&Session| {
        other.id != last.id && other.began <= last.began && last.began <= other.written
    };
    let mut around = sessions.iter().filter(may_be_part_of);
    if last.began <= wired
        || is_recorded(root, &last.id)
        || around.any(|other| is_recorded(root, &other.id))
    {
        return None;
    }
    let calls = match last.calls {
        1 => "a tool call".to_owned(),
        calls => format!("{calls} tool calls"),
    };
    Some(Finding::new(
        format!(
            "the session `{}` of {} made {calls}, and no hook of it was recorded",
            last.id,
            rfc3339(last.began)
        ),
        format!(
            "mend what else stands here, and start {} anew without options that leave hooks out",
            adapter.title
        ),
    ))
}

fn is_recorded(root: &Path, session: &str) -> bool {
    let file = State::of(root).folder().join(audit::FILE);
    let Ok(file) = fs::File::open(file) else {
        return false;
    };
    let mut lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    lines.any(|line| {
        let line = serde_json::from_slice::<Value>(&line).ok();
        let named = line.as_ref().and_then(|line| line.get("session")?.as_str());
        named == Some(session)
    })
}
