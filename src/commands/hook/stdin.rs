//! Reads the payload to its end, whatever the event: some runtimes take an unread pipe for a failure. What is beyond the
//! limit is read away, and the payload then counts as too large.

use crate::adapter::PAYLOAD_LIMIT;
use crate::deadline;

/// As much as most payloads have.
const USUAL: usize = 4096;

/// Reads stdin. A pipe that breaks leaves a payload that does not parse, which has its own answer.
#[cfg(unix)]
pub(super) fn read() -> Vec<u8> {
    use rustix::buffer::spare_capacity;
    use rustix::io::{Errno, ioctl_fionread, read};

    let stdin = rustix::stdio::stdin();
    let mut payload = Vec::with_capacity(USUAL);
    let mut beyond = Vec::new();
    loop {
        wait(stdin);
        let room = PAYLOAD_LIMIT.saturating_sub(payload.len());
        let part = if payload.len() > PAYLOAD_LIMIT {
            beyond.clear();
            &mut beyond
        } else {
            &mut payload
        };
        if part.spare_capacity_mut().is_empty() {
            let waiting = usize::try_from(ioctl_fionread(stdin).unwrap_or(0)).unwrap_or(0);
            // A file says how much is left, a pipe what it holds: memory beyond that is touched for nothing.
            part.reserve(waiting.min(room).max(part.len()).max(USUAL) + 1);
        }
        match read(stdin, spare_capacity(part)) {
            Ok(0) => return payload,
            Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return payload,
        }
    }
}

/// Waits until there is something to read, and no longer than the call may take.
#[cfg(unix)]
fn wait(stdin: rustix::fd::BorrowedFd<'_>) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    let left = Timespec::try_from(deadline::left()).ok();
    let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
    match poll(&mut asked, left.as_ref()) {
        Ok(0) => deadline::pass(),
        Ok(_) | Err(Errno::INTR) => {}
        // What cannot be asked may keep us waiting.
        Err(_) => deadline::watch(),
    }
}

/// Reads stdin where it cannot be asked whether something is there.
#[cfg(not(unix))]
pub(super) fn read() -> Vec<u8> {
    use std::io::Read;

    deadline::watch();
    let mut payload = Vec::with_capacity(USUAL);
    let mut stdin = std::io::stdin().lock();
    let _ = (&mut stdin)
        .take(u64::try_from(PAYLOAD_LIMIT).unwrap_or(u64::MAX) + 1)
        .read_to_end(&mut payload);
    let _ = std::io::copy(&mut stdin, &mut std::io::sink());
    payload
}
