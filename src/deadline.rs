//! The time that one hook call has: whatever happens, its runtime gets an answer within five seconds.
//!
//! A call that only asks for a few stamps of files, or lists a few folders, needs no watch, nor does one that adds a line to
//! files of hookgate's own that nobody holds; most calls are such ones. Before anything that can take long (a whole tree of
//! folders, a file of the repository that is read, a policy that is compiled, a lock that another process has), [`watch`]
//! starts a thread that sleeps until the time is over and then answers in place of the judging one. Where no hook call is
//! judged, in a command that a person types or in a test, nothing of this does anything.

use std::fs::{self, File, OpenOptions, ReadDir};
use std::io;
use std::path::Path;
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A decision before a tool takes no longer, under any load. Below the smallest default time limit of a runtime.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);
/// So many folders are listed in less time than it takes to start a thread.
const QUICK_FOLDERS: usize = 3;
/// Stack of the watching thread: it sleeps, and writes one reply.
const STACK: usize = 64 * 1024;

/// Writes the answer for a call that could not be judged, for the reason given, and returns the exit code.
type Late = Box<dyn Fn(&str) -> u8 + Send + Sync>;

/// The hook call that this process is there for.
struct Running {
    ends: Instant,
    late: Late,
    is_watched: AtomicBool,
    /// Folders that were listed.
    listed: AtomicUsize,
    stage: AtomicU8,
}

/// The call is judged.
const JUDGED: u8 = 0;
/// Gates run, which have limits of their own.
const UNLIMITED: u8 = 1;
/// One of the two threads answers.
const ANSWERED: u8 = 2;

static RUNNING: OnceLock<Running> = OnceLock::new();

/// Begins the time of a hook call.
pub(crate) fn begin(late: Late) {
    let running = Running {
        ends: Instant::now() + LIMIT,
        late,
        is_watched: AtomicBool::new(false),
        listed: AtomicUsize::new(0),
        stage: AtomicU8::new(JUDGED),
    };
    // One process answers one call.
    let _ = RUNNING.set(running);
}

/// Returns how much time is left.
pub(crate) fn left() -> Duration {
    RUNNING.get().map_or(LIMIT, |running| {
        running.ends.saturating_duration_since(Instant::now())
    })
}

/// Something follows that can take long: from here on the time is watched.
pub(crate) fn watch() {
    let Some(running) = RUNNING.get() else {
        return;
    };
    if running.is_watched.swap(true, Ordering::Relaxed) {
        return;
    }
    let watcher = thread::Builder::new().stack_size(STACK);
    if watcher.spawn(|| running.wait()).is_err() {
        running.answer("no thread could be started to watch the time of this hook call");
    }
}

/// Lists a folder. Whoever asks takes a bounded number of names from it, so that only many folders take long.
pub(crate) fn read_dir(folder: impl AsRef<Path>) -> io::Result<ReadDir> {
    if let Some(running) = RUNNING.get()
        && running.listed.fetch_add(1, Ordering::Relaxed) >= QUICK_FOLDERS
    {
        watch();
    }
    fs::read_dir(folder)
}

/// Opens a file that is not hookgate's own: what looked like a file a moment ago may be a pipe now, and keep us waiting.
pub(crate) fn open(path: impl AsRef<Path>) -> io::Result<File> {
    watch();
    File::open(path)
}

/// Opens a file of hookgate's own on every call, without waiting: the time is not watched for it. A link is an error.
pub(crate) fn open_at_once(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;
        // Opening a pipe could wait for ever.
        let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY).bits();
        options.custom_flags(i32::try_from(flags).unwrap_or(0));
    }
    options.open(path)
}

/// Ends the call now, in the words for a failure, unless it has been answered.
pub(crate) fn pass() {
    if let Some(running) = RUNNING.get() {
        running.answer(TOO_LATE);
    }
}

/// The time is no longer limited: gates run.
pub(crate) fn lift() {
    move_on(UNLIMITED);
}

/// Takes it upon the caller to answer.
pub(crate) fn claim() {
    move_on(ANSWERED);
}

/// Does not return when the time was over: then the watching thread is about to end the process.
fn move_on(stage: u8) {
    let Some(running) = RUNNING.get() else {
        return;
    };
    if running.stage.fetch_max(stage, Ordering::AcqRel) == ANSWERED {
        loop {
            thread::park();
        }
    }
}

const TOO_LATE: &str = "this hook call was not decided within 5 seconds";

impl Running {
    fn wait(&self) {
        thread::sleep(self.ends.saturating_duration_since(Instant::now()));
        self.answer(TOO_LATE);
    }

    /// Answers in place of the judging thread and ends the process, unless the call is answered or has no limit any more.
    fn answer(&self, what: &str) {
        let is_ours =
            self.stage
                .compare_exchange(JUDGED, ANSWERED, Ordering::AcqRel, Ordering::Acquire);
        if is_ours.is_ok() {
            // The judging thread may be anywhere, and nothing else ends it.
            process::exit(i32::from((self.late)(what)));
        }
    }
}
