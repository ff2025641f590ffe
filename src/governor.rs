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

/// Returns what stays the same while the same thing fails, from each gate and what is said of it: times and durations in
/// the texts do not count.
#[must_use]
pub fn digest<'t>(failures: impl Iterator<Item = (&'t str, &'t str)>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (gate, text) in failures {
        hasher.update(gate.as_bytes());
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            if is_number(word) && words.next_if(|next| is_unit(bare(next))).is_some() {
                continue;
            }
            if !is_duration(word) && !is_clock(word) {
                hasher.update(word.as_bytes());
            }
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// The word without brackets and marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric())
}

/// "0.003s", "(12ms)": never the same twice.
fn is_duration(word: &str) -> bool {
    let word = bare(word);
    let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    unit.len() < word.len() && is_unit(unit)
}

/// "0.512", before a unit.
fn is_number(word: &str) -> bool {
    let word = bare(word);
    let mut letters = word.chars();
    !word.is_empty() && letters.all(|letter| letter.is_ascii_digit() || letter == '.')
}

fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 11] = [
        "s", "ms", "µs", "us", "m", "sec", "secs", "second", "seconds", "minutes", "min",
    ];
    UNITS.contains(&word)
}

/// "17:04:05", "2026-11-21T17:04:05.123Z". Two numbers alone are a place in a file.
fn is_clock(word: &str) -> bool {
    let word = bare(word);
    let is_part = |letter: char| letter.is_ascii_digit() || ":.,-+TZ".contains(letter);
    word.matches(':').count() >= 2 && word.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{Chain, Choice, digest, judge};
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

    #[test]
    fn times_and_durations_are_no_progress_and_other_numbers_are() {
        let of = |text: &str| digest(std::iter::once(("tests", text)));
        for (one, other) in [
            ("ran in 0.003s", "ran in 1.2s"),
            ("a (12ms)", "a (7ms)"),
            (
                "Time: 0.512 s, estimated 1 s",
                "Time: 0.498 s, estimated 2 s",
            ),
            ("in 0.12 seconds", "in 2 seconds"),
            ("[17:04:05] FAIL", "[17:04:59] FAIL"),
            (
                "2026-11-21T17:04:05.123Z error",
                "2026-11-22T08:00:00Z error",
            ),
        ] {
            assert_eq!(of(one), of(other), "{one}");
        }
        for (one, other) in [
            ("3 failed", "2 failed"),
            ("12:5 error", "13:5 error"),
            ("src/a.c:10:20: error", "src/a.c:11:20: error"),
            ("expected 3 got 4", "expected 3 got 5"),
            ("version 1.2.3", "version 1.2.4"),
        ] {
            assert_ne!(of(one), of(other), "{one}");
        }
        let both = [("a", "x"), ("b", "y")];
        assert_ne!(digest(both.into_iter()), digest(both.into_iter().take(1)));
    }
}
