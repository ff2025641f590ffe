//! One test binary; a module per subject.
//!
//! `cfg(test)` always holds here; it lets helper functions panic, as the lints allow in tests.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod capabilities;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod config_change;
#[cfg(test)]
mod deadline;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod doctor_lines;
#[cfg(test)]
mod doctor_sessions;
#[cfg(test)]
mod effective;
#[cfg(test)]
mod everyday;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod explain_marks;
#[cfg(test)]
mod export;
#[cfg(test)]
mod fifty;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod gate_command;
#[cfg(test)]
mod gate_runs;
#[cfg(test)]
mod gates;
#[cfg(test)]
mod globs;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod init;
#[cfg(test)]
mod init_forms;
#[cfg(test)]
mod init_refused;
#[cfg(test)]
mod init_told;
#[cfg(test)]
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little"
))]
mod linked;
#[cfg(test)]
mod outcome;
#[cfg(test)]
mod outcome_bad_input;
#[cfg(test)]
mod outcome_sessions;
#[cfg(test)]
mod own_programs;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod patterns;
#[cfg(test)]
mod payloads;
#[cfg(test)]
mod places;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod policy_cache;
#[cfg(test)]
mod powershell;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod situations;
#[cfg(test)]
mod starter;
#[cfg(test)]
mod starts;
#[cfg(test)]
mod stops;
#[cfg(test)]
mod stubs;
#[cfg(test)]
mod support;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod unreadable;
#[cfg(test)]
mod verified;
#[cfg(test)]
mod verified_wiring;
#[cfg(test)]
mod windows;
#[cfg(test)]
mod wiring;
#[cfg(test)]
mod worst;
