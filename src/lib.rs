//! Hookgate answers the hooks of coding agents from a repository's policy.
//!
//! One event's way through the crate, in reading order: an adapter decodes the runtime's payload into a [`call::Call`],
//! `effects` says what the call would do, `policy` judges that without touching the world, `gate` runs the quality gates
//! that are due, and the adapter writes the [`decision::Decision`] as that runtime's reply. `answer` holds that order.
//!
//! The library exists for the program; it is no stable interface.

pub mod answer;
pub mod call;
pub mod decision;

pub mod adapter;
pub mod effects;
pub mod patch;
pub mod programs;
pub mod repo;
pub mod shell;

pub mod policy;

pub mod digests;
pub mod gate;
pub mod governor;
pub mod outcome;
pub mod state;
pub mod trust;
mod wildcards;
pub mod wiring;

pub mod cli;
pub mod commands;
mod deadline;
pub mod examples;
pub mod exit;
pub mod export;
mod log;
pub mod output;
#[cfg(test)]
mod processor;
mod quote;
pub mod report;
pub mod settings;
