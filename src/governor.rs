//! The stop governor: decides whether a stop with failing gates is blocked once more, so that no agent loops for ever.
//!
//! Pure: the session's count goes in, the new count and the choice come out.

use crate::state::session::StopBlocks;

/// The same failure this often in a row releases the agent.
pub const SAME_LIMIT: u64 = 3;
/// So many blocks in a row release the agent, whatever failed, unless the runtime's own limit is smaller.
pub const HARD_LIMIT: u64 = 6;

/// What to do with a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Block,
    /// Block, and say that the next stop with this failure is not blocked: where a release cannot be told, this is the
    /// report.
    BlockLast,
    /// Let the agent stop, and report the failure to the person.
    Release,
}

/// What the runtime itself does about stops in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain {
    /// So many blocks in a row are heard.
    pub limit: Option<u64>,
    /// So many there were, by its own count: those of other hooks are among them.
    pub before: Option<u64>,
}

/// Counts a stop that `failure` speaks against, and says whether to block it.
///
/// `failure` is a digest that stays the same while the same thing fails; progress changes it.
#[must_use]
pub fn judge(before: &StopBlocks, failure: &str, chain: Chain) -> (Choice, StopBlocks) {
    let same = if before.failure.as_deref() == Some(failure) {
        before.same
    } else {
        0
    };
    let limit = HARD_LIMIT.min(chain.limit.unwrap_or(HARD_LIMIT));
    // A count without a limit says nothing of ours.
    let heard = chain.limit.and(chain.before).unwrap_or_default();
    let total = before.total.max(heard);
    if same >= SAME_LIMIT || total >= limit {
        return (Choice::Release, StopBlocks::default());
    }
    let after = StopBlocks {
        total: before.total + 1,
        same: same + 1,
        failure: Some(failure.to_owned()),
    };
    let is_last = after.same >= SAME_LIMIT || total + 1 >= limit;
    let choice = if is_last {
        Choice::BlockLast
    } else {
        Choice::Block
    };
    (choice, after)
}

#[cfg(test)]
mod tests {
    use super::{Chain, Choice, judge};
    use crate::state::session::StopBlocks;

    fn run(failures: &[&str]) -> String {
        run_in(failures, |_| Chain::default())
    }

    fn run_in(failures: &[&str], chain: impl Fn(u64) -> Chain) -> String {
        let mut blocks = StopBlocks::default();
        (0..)
            .zip(failures)
            .map(|(at, failure)| {
                let (choice, after) = judge(&blocks, failure, chain(at));
                blocks = after;
                match choice {
                    Choice::Block => 'b',
                    Choice::BlockLast => 'l',
                    Choice::Release => 'r',
                }
            })
            .collect()
    }

    #[test]
    fn the_same_failure_blocks_three_times_and_then_releases() {
        assert_eq!(run(&["x", "x", "x", "x", "x"]), "bblrb");
    }

    #[test]
    fn progress_starts_the_count_again_below_the_hard_cap() {
        assert_eq!(run(&["a", "a", "b", "b", "c", "c", "d"]), "bbbbblr");
    }

    #[test]
    fn a_runtime_with_a_smaller_limit_is_released_before_it_stops_listening() {
        let chain = |limit, other| {
            move |at| Chain {
                limit: Some(limit),
                before: Some(at + other),
            }
        };
        let different = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert_eq!(run_in(&different, chain(5, 0)), "bbbblrrr");
        // Another hook has sent the agent back already.
        assert_eq!(run_in(&different, chain(5, 3)), "blrrrrrr");
        // A larger one is no reason to block more often.
        assert_eq!(run_in(&different[..7], chain(8, 0)), "bbbbblr");
    }

    #[test]
    fn a_count_without_a_limit_is_none() {
        let chain = |at| Chain {
            limit: None,
            before: Some(at + 100),
        };
        assert_eq!(run_in(&["x", "x", "x", "x"], chain), "bblr");
    }
}
