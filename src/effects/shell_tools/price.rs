//! What reading a command costs.

use super::fields::Field;
use super::state::State;

/// Letters behind one dash that cost as much as a step.
const LETTERS: usize = 64;
/// Letters of the working folder that cost as much as a step.
const FOLDER: usize = 256;

/// What reading a command takes from the budget: each word, each letter of one that may hold options, and a long way down to
/// the folder, which every path of the command repeats.
pub(super) fn price(words: &[Field], state: &State) -> usize {
    let letters = words.iter().map(|word| {
        let text = word.value.start();
        let is_bundle = text.starts_with(['-', '+']) && !text.starts_with("--");
        if is_bundle { text.len() } else { 0 }
    });
    let folders = state.folders.iter().flatten().map(String::len);
    1 + words.len() / 4 + letters.sum::<usize>() / LETTERS + folders.sum::<usize>() / FOLDER
}
