//! Shows what gates are doing: a line that counts seconds on a terminal, and their output where it is wanted.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::gate::{Outcome, Watch};
use crate::output::{Output, Style};

/// Between two drawings of the line.
const TICK: Duration = Duration::from_millis(200);

/// What is wanted.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of one screen"
)]
pub(super) struct Show {
    /// Lines as they come.
    pub(super) live: bool,
    /// Which gate printed a line.
    pub(super) names: bool,
    pub(super) progress: bool,
    pub(super) colour: bool,
    /// Standard output is for something else.
    pub(super) on_stderr: bool,
}

/// Why a gate ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Reason {
    /// It did not.
    #[default]
    None,
    /// It had no result yet.
    First,
    /// These inputs moved since its last result.
    Moved(Vec<String>),
}

/// Looks on while gates run.
pub(super) struct Watcher {
    show: Show,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    running: BTreeMap<String, Instant>,
    reasons: BTreeMap<String, Reason>,
}

impl Watcher {
    pub(super) fn new(show: Show) -> Self {
        Self {
            show,
            seen: Mutex::default(),
        }
    }

    /// Does something with the line on the screen, and takes the line away after it.
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.show.progress {
            return work();
        }
        let (done, wait) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                while wait.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    Output::progress(&self.line());
                }
                Output::progress("");
            });
            let result = work();
            drop(done);
            result
        })
    }

    pub(super) fn reason(&self, gate: &str) -> Reason {
        self.seen().reasons.get(gate).cloned().unwrap_or_default()
    }

    fn line(&self) -> String {
        let seen = self.seen();
        let running = seen.running.iter();
        let running: Vec<String> = running
            .map(|(gate, since)| format!("{gate} {} s", since.elapsed().as_secs()))
            .collect();
        if running.is_empty() {
            return String::new();
        }
        format!("running: {}", running.join(", "))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Watcher {
    fn starts(&self, gate: &str, moved: Option<&[String]>) {
        let mut seen = self.seen();
        seen.running.insert(gate.to_owned(), Instant::now());
        let reason = moved.map_or(Reason::First, |moved| Reason::Moved(moved.to_vec()));
        seen.reasons.insert(gate.to_owned(), reason);
    }

    fn prints(&self, gate: &str, line: &str) {
        // One line at a time, whichever gate it is from.
        let _turn = self.seen();
        let mut output = Output {
            colour: self.show.colour,
        };
        if self.show.progress {
            Output::progress("");
        }
        let text = if self.show.names {
            format!("{} {line}", output.styled(Style::Dim, &format!("{gate} |")))
        } else {
            line.to_owned()
        };
        if self.show.on_stderr {
            output.error(&text);
        } else {
            output.line(&text);
        }
    }

    fn ends(&self, gate: &str, _outcome: &Outcome) {
        self.seen().running.remove(gate);
    }

    fn is_live(&self) -> bool {
        self.show.live
    }
}
