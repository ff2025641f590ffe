//! Finds the known word that a wrong one was probably meant to be.

/// Returns the known word with the fewest edits, when so few are needed that it is a likely slip.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let length = word.chars().count();
    if length > 64 {
        return None;
    }
    let lower = word.to_lowercase().replace('_', "-");
    known
        .iter()
        .map(|candidate| (distance(&lower, candidate), *candidate))
        .min_by_key(|(edits, _)| *edits)
        .filter(|(edits, candidate)| *edits <= length.max(candidate.len()).div_ceil(3))
        .map(|(_, candidate)| candidate)
}

/// Returns how many letters must be put in, left out, changed or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut older: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut before = None;
    for (row, letter) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let pick = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (pick(&above, column) + usize::from(letter != *other))
                .min(pick(&above, column + 1) + 1)
                .min(pick(&current, column) + 1);
            let swapped =
                column > 0 && before == Some(*other) && to.get(column - 1) == Some(&letter);
            if swapped {
                best = best.min(pick(&older, column - 1) + 1);
            }
            current.push(best);
        }
        older = above;
        above = current;
        before = Some(letter);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_their_word() {
        let known = [
            "session-start",
            "prompt",
            "before-tool",
            "after-tool",
            "stop",
        ];
        assert_eq!(nearest("before-tol", &known), Some("before-tool"));
        assert_eq!(nearest("before_tool", &known), Some("before-tool"));
        assert_eq!(nearest("promtp", &known), Some("prompt"));
        assert_eq!(nearest("STOP", &known), Some("stop"));
        assert_eq!(nearest("elephant", &known), None);
        assert_eq!(nearest("", &known), None);
    }
}
