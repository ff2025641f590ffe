//! The processes of a gate: found and ended all together.
//!
//! The command leads a group of its own. On Linux whatever leaves that group becomes a child of the process that holds the
//! gate once its parents are gone, so nothing gets away; elsewhere the group is all that can be reached.

use std::thread;
use std::time::{Duration, Instant};

/// Between asking processes to end and ending them.
const GRACE: Duration = Duration::from_millis(500);
/// How long processes that end by themselves are waited for after the command.
const LAST_WORDS: Duration = Duration::from_millis(150);
/// How long ending may take; what cannot be killed is stuck in the kernel.
const LONGEST: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);

/// Makes this process one that outlives its parent's terminal and adopts what a gate leaves behind.
pub(super) fn stand_apart() {
    #[cfg(unix)]
    {
        // Fails where this process leads a group already: then it stands apart as well.
        let _ = rustix::process::setsid();
    }
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }
}

/// Ends a command that still runs, with all that it started.
pub(super) fn end(group: u32, has_ended: &dyn Fn() -> bool) {
    signal(group, Force::Ask);
    wait_until(GRACE, has_ended);
    signal(group, Force::Kill);
}

/// Ends what a command left behind, once it has itself been waited for. Returns the names of those processes.
pub(super) fn sweep(group: u32) -> Vec<String> {
    if wait_until(LAST_WORDS, &|| is_gone(group)) {
        return Vec::new();
    }
    let left = names(group);
    signal(group, Force::Ask);
    if !wait_until(GRACE, &|| is_gone(group)) {
        wait_until(LONGEST, &|| {
            signal(group, Force::Kill);
            is_gone(group)
        });
    }
    left
}

/// Kills a group from outside, when the process that held it is gone.
pub(super) fn kill(group: u32) {
    imp::signal_group(group, Force::Kill);
}

/// Kills what the process that stood apart started, when it is gone and did not say what that was.
pub(super) fn kill_session(holder: u32) {
    for process in imp::of_session(holder) {
        imp::signal(process, Force::Kill);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Force {
    Ask,
    Kill,
}

fn signal(group: u32, force: Force) {
    imp::signal_group(group, force);
    for process in imp::descendants() {
        imp::signal(process, force);
    }
}

fn is_gone(group: u32) -> bool {
    imp::reap();
    imp::is_group_gone(group) && imp::descendants().is_empty()
}

fn names(group: u32) -> Vec<String> {
    let mut processes = imp::descendants();
    if processes.is_empty() {
        processes.extend(i32::try_from(group));
    }
    let mut names: Vec<String> = processes.into_iter().map(imp::name).collect();
    names.sort();
    names.dedup();
    names
}

/// Waits until something holds; returns whether it does.
fn wait_until(longest: Duration, holds: &dyn Fn() -> bool) -> bool {
    let deadline = Instant::now() + longest;
    loop {
        if holds() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(unix)]
mod imp {
    use rustix::process::{self, Pid, Signal, WaitOptions};

    use super::Force;

    fn signal_of(force: Force) -> Signal {
        match force {
            Force::Ask => Signal::TERM,
            Force::Kill => Signal::KILL,
        }
    }

    fn group_of(group: u32) -> Option<Pid> {
        i32::try_from(group).ok().and_then(Pid::from_raw)
    }

    /// A process that is gone already has ended, which is what was wanted.
    pub(super) fn signal_group(group: u32, force: Force) {
        if let Some(group) = group_of(group) {
            let _ = process::kill_process_group(group, signal_of(force));
        }
    }

    pub(super) fn signal(process: i32, force: Force) {
        if let Some(pid) = Pid::from_raw(process) {
            let _ = process::kill_process(pid, signal_of(force));
        }
    }

    pub(super) fn is_group_gone(group: u32) -> bool {
        group_of(group).is_none_or(|group| process::test_kill_process_group(group).is_err())
    }

    /// Takes note of ended children that were adopted.
    pub(super) fn reap() {
        while let Ok(Some(_)) = process::wait(WaitOptions::NOHANG) {}
    }

    /// Returns every process below this one.
    #[cfg(target_os = "linux")]
    pub(super) fn descendants() -> Vec<i32> {
        let mut found = Vec::new();
        let mut next = vec![process::getpid().as_raw_nonzero().get()];
        while let Some(parent) = next.pop() {
            let children = children(parent);
            next.extend(children.iter().filter(|child| !found.contains(*child)));
            found.extend(children);
        }
        found
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn descendants() -> Vec<i32> {
        Vec::new()
    }

    /// Returns the processes of a session.
    #[cfg(target_os = "linux")]
    pub(super) fn of_session(session: u32) -> Vec<i32> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        processes
            .filter(|process: &i32| {
                let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
                let stat = stat.unwrap_or_default();
                // The name before may hold anything: state, parent, group and session follow it.
                let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
                let own = fields.split_whitespace().nth(3);
                own.and_then(|own| own.parse().ok()) == Some(session)
            })
            .collect()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn of_session(_session: u32) -> Vec<i32> {
        Vec::new()
    }

    #[cfg(target_os = "linux")]
    fn children(parent: i32) -> Vec<i32> {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{parent}/task")) else {
            return Vec::new();
        };
        let lists = tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        lists
            .flat_map(|list| {
                let numbers = list.split_whitespace();
                numbers
                    .filter_map(|number| number.parse().ok())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[cfg(target_os = "linux")]
    pub(super) fn name(process: i32) -> String {
        let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        match name.trim() {
            "" => format!("process {process}"),
            name => super::super::super::text::harmless(name.as_bytes()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn name(process: i32) -> String {
        format!("process group {process}")
    }
}

#[cfg(not(unix))]
mod imp {
    use std::process::{Command, Stdio};

    use super::Force;

    pub(super) fn signal_group(group: u32, force: Force) {
        // There is no asking: a console program has no window that could be closed.
        if force == Force::Kill {
            let mut command = Command::new("taskkill");
            let number = group.to_string();
            command.args(["/T", "/F", "/PID", &number]);
            command.stdin(Stdio::null());
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }

    pub(super) fn signal(_process: i32, _force: Force) {}

    pub(super) fn is_group_gone(_group: u32) -> bool {
        true
    }

    pub(super) fn reap() {}

    pub(super) fn descendants() -> Vec<i32> {
        Vec::new()
    }

    pub(super) fn of_session(_session: u32) -> Vec<i32> {
        Vec::new()
    }

    pub(super) fn name(process: i32) -> String {
        format!("process {process}")
    }
}
