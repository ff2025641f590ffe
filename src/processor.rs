//! Time limits in tests: by the processor, since a loaded machine breaks any limit by the clock.

use std::time::Duration;

/// Returns how long the processor has worked for this thread.
pub(crate) fn time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}

/// Returns how long it has worked since then.
pub(crate) fn since(begun: Duration) -> Duration {
    time().checked_sub(begun).unwrap()
}
