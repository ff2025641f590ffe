//! One test binary; a module per subject.
//!
//! `cfg(test)` always holds here; it lets helper functions panic, as the lints allow in tests.

#[cfg(test)]
mod globs;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod problems;
