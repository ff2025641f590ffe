//! The clock of the file system that holds the state: what it stamps on a file that is written now.
//!
//! The system's clock says something else where files live on a server, and nothing at all about how a file system keeps
//! its times.

use super::State;

/// File that is touched to read the clock.
const FILE: &str = "cache/clock";

/// A moment on the file system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The file system: its files share this clock.
    pub(crate) device: u64,
    /// Since 1970.
    pub(crate) nanoseconds: i64,
}

impl State {
    /// Reads the clock. `None` where state cannot be written, and where setting a file's time of modification back does
    /// not show in its time of change: there, times prove nothing.
    pub(crate) fn moment(&self) -> Option<Moment> {
        // Another process may touch the file between our steps.
        (0..3).find_map(|_| self.touch())
    }

    #[cfg(unix)]
    fn touch(&self) -> Option<Moment> {
        use std::io::Write;
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        use std::time::{Duration, SystemTime};

        use rustix::fs::OFlags;

        let path = self.prepare(FILE).ok()?;
        let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits();
        let mut options = std::fs::OpenOptions::new();
        options.create(true).write(true).truncate(false);
        let mut file = options
            .custom_flags(i32::try_from(flags).ok()?)
            .open(path)
            .ok()?;
        let before = file.metadata().ok()?;
        // Another name of some other file is not ours to write to.
        if !before.is_file() || before.nlink() != 1 || before.len() > 1 {
            return None;
        }
        file.write_all(b".").ok()?;
        let past = Duration::from_hours(24);
        file.set_modified(SystemTime::UNIX_EPOCH + past).ok()?;
        let about = file.metadata().ok()?;
        let seconds = i64::try_from(past.as_secs()).ok()?;
        let is_honest = about.mtime() == seconds && about.ctime() != seconds;
        let nanoseconds = about
            .ctime()
            .checked_mul(1_000_000_000)?
            .checked_add(about.ctime_nsec())?;
        is_honest.then_some(Moment {
            device: about.dev(),
            nanoseconds,
        })
    }

    #[cfg(not(unix))]
    #[expect(
        clippy::unused_self,
        reason = "the same signature as where there is a time of change"
    )]
    fn touch(&self) -> Option<Moment> {
        None
    }
}
