//! The stop governor: decides whether a stop with failing gates is blocked once more, so that no agent loops for ever.
//!
//! Pure: the session's count goes in, the new count and the choice come out.

use crate::state::session::StopBlocks;

/// The same failure this often in a row releases the agent.
pub const SAME_LIMIT: u64 = 3;
/// So many blocks in a row release the agent, whatever failed. Below the smallest cap known of a runtime that has one.
pub const HARD_LIMIT: u64 = 6;

/// What to do with a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Block,
    /// Let the agent stop, and report the failure to the person.
    Release,
}

/// Counts a stop that `failure` speaks against, and says whether to block it.
///
/// `failure` is a digest that stays the same while the same thing fails; progress changes it.
#[must_use]
pub fn judge(before: &StopBlocks, failure: &str) -> (Choice, StopBlocks) {
    let same = if before.failure.as_deref() == Some(failure) {
        before.same
    } else {
        0
    };
    if same >= SAME_LIMIT || before.total >= HARD_LIMIT {
        return (Choice::Release, StopBlocks::default());
    }
    let after = StopBlocks {
        total: before.total + 1,
        same: same + 1,
        failure: Some(failure.to_owned()),
    };
    (Choice::Block, after)
}

#[cfg(test)]
mod tests {
    use super::{Choice, judge};
    use crate::state::session::StopBlocks;

    fn run(failures: &[&str]) -> String {
        let mut blocks = StopBlocks::default();
        failures
            .iter()
            .map(|failure| {
                let (choice, after) = judge(&blocks, failure);
                blocks = after;
                match choice {
                    Choice::Block => 'b',
                    Choice::Release => 'r',
                }
            })
            .collect()
    }

    #[test]
    fn the_same_failure_blocks_three_times_and_then_releases() {
        assert_eq!(run(&["x", "x", "x", "x", "x"]), "bbbrb");
    }

    #[test]
    fn progress_starts_the_count_again_below_the_hard_cap() {
        assert_eq!(run(&["a", "a", "b", "b", "c", "c", "d"]), "bbbbbbr");
    }
}
